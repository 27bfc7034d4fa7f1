import { expect } from "chai";

import { type Deployed, deployed, unchecked } from "../../tests/deployed";
import { databaseOf } from "../dhcp/lease-database";
import { backUpNow } from "./backups-client";

describe("backups", () => {
    let stack: Deployed;

    before(async function () {
        stack = await deployed();
        if (!stack.settings.backups.enabled) {
            unchecked(this, "backups are switched off");
        }
    });

    const stored = /^\S+\.tar\.gz is in (volume|bucket); backups there: [1-9]/m;

    it("store a snapshot of etcd that can be read back", async function () {
        if (!stack.settings.backups.etcd) {
            unchecked(this, "etcd is not backed up");
        }
        expect(await backUpNow(stack, "backups", "backup-etcd")).to.match(stored);
    });

    it("store the keys of sealed-secrets", async function () {
        if (!stack.settings.sealedSecrets.enabled) {
            unchecked(this, "sealed-secrets is switched off");
        }
        expect(await backUpNow(stack, "backups", "backup-sealed-secrets")).to.match(stored);
    });

    it("store Kea's leases", async function () {
        if (!stack.settings.dhcp.enabled) {
            unchecked(this, "DHCP is switched off");
        }
        if (databaseOf(stack.settings.dhcp)) {
            unchecked(this, "the leases are in a database, which its owner backs up");
        }
        expect(await backUpNow(stack, stack.settings.site.namespace, "backup-leases")).to.match(stored);
    });

    it("store Harbor's database", async function () {
        if (!stack.settings.harbor.enabled) {
            unchecked(this, "Harbor is switched off");
        }
        expect(await backUpNow(stack, "backups", "backup-harbor")).to.match(stored);
    });
});
