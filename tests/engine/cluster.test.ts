/** The real engine on a program that has nothing but the cluster's identity. */
import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { copyProject, type ProjectCopy } from "../../tools/project-copy";
import { type StandInCluster, standInCluster } from "../stand-in-api";
import { cli, succeed } from "./engine";

const program = `
import { ClusterGuard, rememberCluster } from "./components/lib/cluster-identity";

export = async () => {
    const uid = await rememberCluster("lab");
    new ClusterGuard("cluster-guard", { context: "lab", uid });
    return { uid };
};
`;

(spawnSync("pulumi", ["version"]).status === 0 ? describe : describe.skip)(
    "a context that has become another cluster",
    () => {
        let cluster: StandInCluster;
        let copy: ProjectCopy;
        let pulumi: ReturnType<typeof cli>;

        before(async () => {
            cluster = await standInCluster();
            copy = copyProject({ name: "Pulumi.venue.yaml", content: "config: {}" });
            writeFileSync(join(copy.folder, "index.ts"), program);
            pulumi = cli(copy, { KUBECONFIG: cluster.kubeconfig, PULUMI_STACK: "venue" });
            await succeed(pulumi("stack", "init", "venue", "--no-select"));
            cluster.uid = "uid-1";
            await succeed(pulumi("up", "--yes", "--skip-preview"));
        });
        after(() => {
            cluster.close();
            copy.remove();
        });

        const refused = async (...args: string[]) => {
            const { status, stdout, stderr } = await pulumi(...args);
            expect(status, stdout).not.to.equal(0);
            expect(stdout + stderr).to.match(/the context "lab" is not the cluster .*UID uid-2, not uid-1/);
        };

        it("is refused by preview, up and destroy", async () => {
            cluster.uid = "uid-2";
            await refused("preview");
            await refused("up", "--yes", "--skip-preview");
            await refused("destroy", "--yes", "--skip-preview");
        });

        it("is not noticed by a preview without the cluster", async () => {
            cluster.uid = undefined;
            await succeed(pulumi("preview"));
        });

        it("is accepted when the stack has forgotten the first one", async () => {
            cluster.uid = "uid-2";
            await succeed(pulumi("state", "delete", "--all", "--yes"));
            await succeed(pulumi("up", "--yes", "--skip-preview"));
            await succeed(pulumi("preview", "--expect-no-changes"));
            await succeed(pulumi("destroy", "--yes", "--skip-preview"));
        });
    },
);
