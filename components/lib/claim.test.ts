import { expect } from "chai";

import { claimProblem, type DeployedClaim } from "./claim";

const deployed = (storage: string, storageClassName: string, allowVolumeExpansion?: boolean) =>
    ({
        claim: { spec: { storageClassName, resources: { requests: { storage } } } },
        storageClass: { provisioner: "any", allowVolumeExpansion },
    }) as DeployedClaim;
const wanted = (size: string, storageClass?: string) => ({
    size,
    storageClass,
    key: "noc:objectStorage.size",
    wayOut: "see the runbook",
});
const wayOut = "set it back, or see the runbook";

describe("a change of a volume that a chart claims", () => {
    it("is none if the size is only written in another way, or no class is wanted", () => {
        expect(claimProblem(wanted("1Gi", "local-path"), deployed("1024Mi", "local-path"))).to.equal(undefined);
        expect(claimProblem(wanted("1Gi"), deployed("1Gi", "local-path"))).to.equal(undefined);
    });

    it("may enlarge the volume where the StorageClass can, and is refused where it cannot", () => {
        expect(claimProblem(wanted("2Gi"), deployed("1Gi", "replicated", true))).to.equal(undefined);
        expect(claimProblem(wanted("2Gi"), deployed("1Gi", "local-path"))).to.equal(
            `noc:objectStorage.size = "2Gi" differs from the size of the existing volume (1Gi), whose StorageClass "local-path" cannot enlarge it; ${wayOut}`,
        );
    });

    it("never makes the volume smaller or of another class", () => {
        expect(claimProblem(wanted("512Mi"), deployed("1Gi", "replicated", true))).to.equal(
            `noc:objectStorage.size = "512Mi" is less than the size of the existing volume (1Gi); ${wayOut}`,
        );
        expect(claimProblem(wanted("1Gi", "fast"), deployed("1Gi", "local-path"))).to.equal(
            `noc:site.storageClass = "fast" differs from the class of the existing volume ("local-path"); ${wayOut}`,
        );
    });
});
