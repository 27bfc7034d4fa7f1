/** The walk over all settings: its rounds, and what it has measured. */
import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { settingsIn, settingsPage } from "../commands/reference";
import { affectedBy, changeText, effectText, readEffects, settingName } from "../commands/walk/effects";
import { base, changedFile, notWalked, rounds } from "../commands/walk/rounds";
import { restartedWorkloads, workloadsOf } from "../commands/walk/watch";
import { checkSettings } from "../components/settings";
import { readStackFile } from "../config/stack-file";
import { projectFolder } from "../tools/stack-config";
import type { Registration } from "../tools/mock-engine";

const schema = JSON.parse(readFileSync(join(projectFolder, "config", "stack.schema.json"), "utf8")) as Parameters<
    typeof settingsPage
>[0];
const settings = settingsIn(schema.properties?.config ?? {})
    .filter(({ hasFields }) => !hasFields)
    .map(({ path }) => path.replace("noc:", ""));
const stackFile = readFileSync(join(projectFolder, "Pulumi.homelab.yaml"), "utf8");

describe("the walk over all settings", () => {
    it("has the effect of every setting, and of no other", () => {
        const effects = readEffects();
        const unknown = settings.filter((setting) => changeText(setting, effects) === undefined);
        expect(unknown, "measure it with npm run walk, or add it to notWalked").to.deep.equal([]);
        const known = [...Object.keys(effects), ...Object.keys(notWalked).filter((name) => name.includes("."))];
        expect(known.filter((setting) => !settings.includes(setting))).to.deep.equal([]);
    });

    it("has measured everything that it changes", () => {
        const changed = new Set(rounds.flatMap((round) => Object.keys(round).map(settingName)));
        expect([...changed].filter((setting) => !(setting in readEffects()))).to.deep.equal([]);
    });

    for (const round of [{}, ...rounds]) {
        it(`changes ${Object.keys(round)[0] ?? "nothing"} to a value that is accepted`, () => {
            const { config } = readStackFile("homelab", changedFile(stackFile, { ...base, ...round }));
            const errors = checkSettings(config).problems.filter(({ severity }) => severity !== "warning");
            expect(errors).to.deep.equal([]);
        });
    }

    it("says of a change what it restarts, for how long, and how many queries it costs", () => {
        const effect = { changes: ["Release kea-dhcp"], dangers: [], restarted: [], down: {} };
        expect(effectText(effect)).to.equal("in place");
        expect(effectText({ ...effect, changes: [] })).to.equal("changes nothing in the cluster");
        expect(
            effectText({
                changes: [],
                dangers: ["replaces Service unbound"],
                restarted: ["noc/kea-dhcp", "noc/unbound"],
                down: { "noc/kea-dhcp": 9 },
                lost: [3, 200],
            }),
        ).to.equal(
            "replaces Service unbound; restarts noc/kea-dhcp, down for 9 s; restarts noc/unbound; 3 of 200 queries are not answered",
        );
    });

    it("attributes to a setting what its resources bring, and what uses their outputs", () => {
        const resource = (id: string, inputsHash: string, uses: string[] = []) =>
            ({ id, inputsHash, propertyDependencies: { spec: uses } }) as unknown as Registration;
        const before = [resource("config", "one"), resource("pods", "same", ["config"]), resource("other", "same")];
        const after = [resource("config", "two"), resource("pods", "same", ["config"]), resource("other", "same")];
        expect([...affectedBy(before, after)]).to.deep.equal(["config", "pods"]);
    });

    it("counts a workload as restarted if its pods are others or were restarted, not if there are more of them", () => {
        const pod = (uid: string, restartCount = 0) => ({
            metadata: { uid, namespace: "noc", ownerReferences: [{ kind: "ReplicaSet", name: "unbound-1a2b" }] },
            status: { containerStatuses: [{ restartCount }], conditions: [{ type: "Ready", status: "True" }] },
        });
        const restarted = (...pods: ReturnType<typeof pod>[]) =>
            restartedWorkloads(workloadsOf([pod("a")] as never), workloadsOf(pods as never));
        expect(restarted(pod("a"))).to.deep.equal([]);
        expect(restarted(pod("a"), pod("b"))).to.deep.equal([]);
        expect(restarted(pod("b"))).to.deep.equal(["noc/unbound"]);
        expect(restarted(pod("a", 1))).to.deep.equal(["noc/unbound"]);
    });
});
