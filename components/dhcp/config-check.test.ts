import { expect } from "chai";

import { stackRun } from "../../tests/support";
import { type CheckResult, configCheck, explainRefusal, refusal } from "./config-check";

const check = { job: "kea-dhcp-check", namespace: "noc", kubeContext: "lab" };
const kea = [
    "2026-11-21 18:58:35.218 INFO  [kea-dhcp4.hosts/1.1] HOSTS_BACKENDS_REGISTERED the following host backend types …",
    "2026-11-21 18:58:35.218 ERROR [kea-dhcp4.dhcp4/1.1] DHCP4_PARSER_FAIL failed to create or run parser …",
    "Error encountered: Failed to convert string to address 'x': Invalid argument (/config/kea/kea-dhcp4.conf:6:48)",
].join("\n");

describe("a configuration that Kea refuses", () => {
    it("is reported with Kea's reason", () => {
        expect(refusal(check, { message: kea })).to.equal(
            "Kea refuses its new configuration, so it is not deployed; the server that was deployed before, if any, goes on unchanged. Correct noc:dhcp:\n" +
                "Error encountered: Failed to convert string to address 'x': Invalid argument (/config/kea/kea-dhcp4.conf:6:48)",
        );
        expect(refusal(check, { message: "Segmentation fault\n" })).to.match(/Correct noc:dhcp:\nSegmentation fault$/);
    });

    it("is told from a check that could not be made", () => {
        const untried = (result?: CheckResult) => refusal(check, result).replace(/^.*; /, "");
        expect(untried({ waiting: "ImagePullBackOff: no such image" })).to.equal(
            "its pod does not start: ImagePullBackOff: no such image",
        );
        for (const result of [undefined, {}, { message: "", waiting: "" }]) {
            expect(untried(result)).to.equal("see kubectl -n noc describe job kea-dhcp-check");
        }
    });

    describe("as a failure of the release", () => {
        before(() => stackRun("poc")); // an ErrorHook registers itself with the engine

        const reported = async (error: string, read: () => Promise<CheckResult>) => {
            const reports: string[] = [];
            const hook = explainRefusal(
                { ...check, name: "kea-dhcp" },
                [configCheck(check.job, check.namespace)],
                read,
                (message) => Promise.resolve(void reports.push(message)),
            );
            expect(await hook.callback({ errors: [error] } as never), "is not tried again").to.equal(false);
            return reports.join("\n");
        };

        it("is looked up in the Job's pod", async () => {
            for (const error of [
                "release kea-dhcp failed, and has been rolled back: pre-upgrade hooks failed: job kea-dhcp-check failed: BackoffLimitExceeded",
                "failed pre-install: job kea-dhcp-check failed: BackoffLimitExceeded",
            ]) {
                expect(await reported(error, () => Promise.resolve({ message: kea }))).to.contain(
                    "string to address 'x'",
                );
                const unreachable = () => Promise.reject(new Error("no cluster"));
                expect(await reported(error, unreachable)).to.contain("could not be checked");
            }
        });

        it("is not looked for if the release failed for another reason", async () => {
            const read = () => expect.fail("it was looked for");
            expect(await reported("timed out waiting for the condition", read)).to.equal("");
        });
    });
});
