import { expect } from "chai";
import { randomBytes } from "node:crypto";

import { type Deployed, deployed, eventually, unchecked } from "../../tests/deployed";
import { fetchForwarded } from "../../tools/cluster";
import { selectorOf } from "../lib/pods";
import { inCluster, namespaceName, parts, ports, projects, rootName } from "./names";

const applications = { group: "argoproj.io", version: "v1alpha1", namespace: namespaceName, plural: "applications" };

interface Application {
    readonly status?: {
        readonly sync?: { readonly status?: string };
        readonly health?: { readonly status?: string };
        readonly conditions?: readonly { readonly type: string; readonly message: string }[];
    };
}

describe("Argo CD", () => {
    let stack: Deployed;

    before(async function () {
        stack = await deployed();
        if (!stack.settings.argoCd.enabled) {
            unchecked(this, "Argo CD is switched off");
        }
    });

    const application = async (name: string) =>
        (await stack.cluster.custom.getNamespacedCustomObject({ ...applications, name })) as Application;

    it("has the root Application synced and healthy", async function () {
        if (!stack.settings.argoCd.root) {
            unchecked(this, "noc:argoCd.root is not set");
        }
        await eventually(async () => {
            const { sync, health, conditions } = (await application(rootName)).status ?? {};
            expect([sync?.status, health?.status], JSON.stringify(conditions)).to.deep.equal(["Synced", "Healthy"]);
        }, 240);
    });

    it("refuses an Application for a namespace of the platform, in every project", async () => {
        const platform = stack.settings.site.namespace;
        for (const project of Object.values(projects)) {
            const name = `verify-${randomBytes(4).toString("hex")}`;
            const spec = {
                project,
                source: { repoURL: "https://verify.invalid/repository.git", path: ".", targetRevision: "HEAD" },
                destination: { server: inCluster, namespace: platform },
            };
            const body = { apiVersion: "argoproj.io/v1alpha1", kind: "Application", metadata: { name }, spec };
            await stack.cluster.custom.createNamespacedCustomObject({ ...applications, body });
            try {
                await eventually(async () => {
                    const { conditions = [] } = (await application(name)).status ?? {};
                    // A stack without a root Application has no project `root`.
                    expect(conditions.map(({ message }) => message).join("; "), project).to.match(
                        /do not match any of the allowed destinations|which does not exist/,
                    );
                }, 60);
            } finally {
                await stack.cluster.custom.deleteNamespacedCustomObject({ ...applications, name });
            }
        }
    });

    it("lets nobody in without a login", async () => {
        const [pod] = await stack.cluster.pods(namespaceName, selectorOf(parts.server.pods));
        await stack.cluster.whileForwarded(pod ?? expect.fail("argocd-server has no pod"), ports.server, async (url) =>
            expect((await fetchForwarded(`${url}/api/v1/applications`)).status).to.equal(401),
        );
    });
});
