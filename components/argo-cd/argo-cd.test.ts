import { expect } from "chai";
import { parse } from "yaml";

import type { Run } from "../../tools/mock-engine";
import { resource, stackRun, waitsFor } from "../../tests/support";
import { deployedNamespaces } from "../settings";
import { stackSettings } from "../../tools/stack-config";
import { rbacConfig } from "./access";
import { repositoryPorts } from "./policies";
import { applicationsProject, kubernetesNamespaces } from "./projects";
import { argoCdSettings } from "./settings";
import { argoCdValues } from "./values";

const repository = "https://github.com/example/homelab.git";
const token = "a-token-that-nobody-knows";
const clientSecret = "a-client-secret-that-nobody-knows";
const access = [
    { organization: "example", role: "readonly" },
    { organization: "example", team: "noc-admins", role: "admin" },
];
const github = { clientId: "Iv1.0123", clientSecret, access };
const argoCd = {
    enabled: true,
    host: "argocd.home.arpa",
    root: { repository, path: "apps" },
    credentials: [{ url: "https://github.com/example", token }],
};
const deployed = (own: object = {}, others: object = {}) =>
    stackRun("homelab", { settings: { argoCd: { ...argoCd, ...own }, ...others } });

const specOf = (run: Run, name: string, kind = "") => resource(run, name, kind).inputs.spec;
const valuesOf = (settings: object, alertmanager?: { url: string; runbooks: string }) =>
    argoCdValues(argoCdSettings.parse(settings), { site: {}, alertmanager }) as {
        configs: { cm: Record<string, string>; rbac: Record<string, string> };
        dex: { enabled: boolean };
        server: { replicas: number; pdb: { enabled: boolean } };
        repoServer: { replicas: number };
        notifications: { enabled: boolean; templates: Record<string, string> };
    };

interface Project {
    sourceRepos: string[];
    destinations: { server: string; namespace: string }[];
    clusterResourceWhitelist: { group: string; kind: string }[];
}

/** Whether a project admits a namespace: https://argo-cd.readthedocs.io/en/stable/user-guide/projects/ */
const admits = ({ destinations }: Project, namespace: string): boolean =>
    destinations.some((one) => ["*", namespace].includes(one.namespace)) &&
    !destinations.some((one) => one.namespace === `!${namespace}`);

describe("Argo CD", () => {
    it("deploys the root Application when its CRDs and its project are there", async () => {
        const run = await deployed();
        const root = resource(run, "argocd-root");
        expect(root.inputs.spec).to.deep.include({
            project: "root",
            source: { repoURL: repository, path: "apps", targetRevision: "HEAD" },
            syncPolicy: { automated: { prune: true, selfHeal: true } },
        });
        const before = [...waitsFor(run, root)];
        expect(before).to.include(resource(run, "argo-cd", "Release").id);
        expect(before).to.include(resource(run, "argocd-root-project").id);
        expect(before).to.include(resource(run, "argocd-applications-project").id);
    });

    it("has no root Application without a repository", async () => {
        const { resources } = await deployed({ root: undefined });
        expect(resources.filter(({ name }) => /^argocd-root/.test(name))).to.deep.equal([]);
    });

    it("starts after Redis' password, with which its pods begin", async () => {
        const run = await deployed();
        const before = [...waitsFor(run, resource(run, "argo-cd", "Release"))];
        expect(before).to.include(resource(run, "argocd-redis", ":Secret").id);
        expect(before).to.include(resource(run, "argocd-secret", ":Secret").id);
    });

    it("keeps all credentials secret, and none in the chart's values", async () => {
        const run = await deployed({ github });
        const text = JSON.stringify(run.resources);
        for (const secret of [token, clientSecret]) {
            expect(text).not.to.contain(secret);
            expect(run.secrets.some((one) => JSON.stringify(one).includes(secret))).to.equal(true);
        }
        expect(JSON.stringify(valuesOf({ ...argoCd, github }))).not.to.match(/nobody-knows/);
    });

    it("is behind the gateway, which ends TLS", async () => {
        const run = await deployed();
        expect(specOf(run, "argocd.home.arpa-route")).to.have.nested.property("rules[0].backendRefs[0]").deep.equal({
            name: "argocd-server",
            port: 80,
        });
        expect(specOf(run, "argocd.home.arpa-from-gateway")).to.have.nested.property("ingress[0].ports[0].port", 8080);
        expect(valuesOf(argoCd)).to.have.nested.property("configs.params").deep.equal({ "server.insecure": "true" });
        expect(valuesOf(argoCd).configs.cm.url).to.equal("https://argocd.home.arpa");
    });

    it("looks at the repositories as often as set, every three minutes by default", () => {
        expect(valuesOf({}).configs.cm["timeout.reconciliation"]).to.equal("180s");
        expect(valuesOf({ syncMinutes: 10 }).configs.cm["timeout.reconciliation"]).to.equal("600s");
    });

    it("runs two pods and keeps one while a node is drained, if that is wanted", () => {
        expect(valuesOf({}).server).to.deep.include({ replicas: 1, pdb: { enabled: false } });
        const { server, repoServer } = valuesOf({ highAvailability: true });
        expect(server).to.deep.include({ replicas: 2, pdb: { enabled: true, minAvailable: 1 } });
        expect(repoServer.replicas).to.equal(2);
    });
});

describe("Argo CD's logins", () => {
    it("are those of admin, with a generated password of which it gets only the hash", async () => {
        const run = await deployed();
        expect(run.secrets).to.include("hash-of-argocd-admin-password");
        expect(run.outputs).to.have.property("argoCdPassword");
        const { cm, rbac } = valuesOf({}).configs;
        expect(cm).to.include({ "admin.enabled": "true", "users.anonymous.enabled": "false" });
        expect(rbac).to.include({ "policy.default": "", "policy.csv": "" });
        expect(valuesOf({}).dex.enabled).to.equal(false);
    });

    it("are GitHub's where it is set, and then there is no admin", async () => {
        const run = await deployed({ github });
        expect(run.resources.filter(({ name }) => name === "argocd-admin-password")).to.deep.equal([]);
        expect(run.outputs).not.to.have.property("argoCdPassword");
        const { cm } = valuesOf({ ...argoCd, github }).configs;
        expect(cm["admin.enabled"]).to.equal("false");
        expect(parse(cm["dex.config"] ?? "")).to.deep.equal({
            connectors: [
                {
                    type: "github",
                    id: "github",
                    name: "GitHub",
                    config: {
                        clientID: "Iv1.0123",
                        clientSecret: "$argocd-github:clientSecret",
                        teamNameField: "slug",
                        orgs: [{ name: "example" }],
                    },
                },
            ],
        });
    });

    it("have the role of their team; members of a whole organisation may read", () => {
        const policy = (list: object[]) =>
            rbacConfig(argoCdSettings.parse({ github: { ...github, access: list } }).github);
        expect(policy(access)).to.include({
            "policy.default": "role:readonly",
            "policy.csv": "g, example:noc-admins, role:admin\n",
        });
        const teams = [
            { organization: "example", team: "a", role: "admin" },
            { organization: "other", team: "b", role: "readonly" },
        ];
        expect(policy(teams)).to.include({
            "policy.default": "",
            "policy.csv": "g, example:a, role:admin\ng, other:b, role:readonly\n",
        });
        const { cm } = valuesOf({ host: "a.example", github: { ...github, access: teams } }).configs;
        expect(parse(cm["dex.config"] ?? ""))
            .to.have.nested.property("connectors[0].config.orgs")
            .deep.equal([
                { name: "example", teams: ["a"] },
                { name: "other", teams: ["b"] },
            ]);
    });
});

describe("Argo CD's Applications", () => {
    it("may not touch any namespace that this program deploys to, nor Kubernetes' own", async () => {
        const run = await deployed();
        const project = specOf(run, "argocd-applications-project") as Project;
        const made = run.resources
            .filter(({ type }) => type.endsWith(":Namespace"))
            .map(({ inputs }) => (inputs.metadata as { name: string }).name);
        expect(made).to.include.members(["argocd", "monitoring", "gateway", "noc"]);
        for (const namespace of [...made, ...deployedNamespaces(stackSettings("homelab")), ...kubernetesNamespaces]) {
            expect(admits(project, namespace), namespace).to.equal(false);
        }
        expect(admits(project, "shop")).to.equal(true);
        expect(project.clusterResourceWhitelist).to.deep.equal([]);
        expect(project.sourceRepos).to.deep.equal([repository]);
    });

    it("may use what is listed, and a platform's namespace not even then", () => {
        const applications = {
            namespaces: ["shop", "monitoring"],
            repositories: ["https://charts.example.org"],
            clusterKinds: ["Namespace", "rbac.authorization.k8s.io/ClusterRole"],
        };
        const { spec } = applicationsProject(argoCdSettings.parse({ applications }), ["monitoring"]);
        expect(["shop", "monitoring", "other"].filter((name) => admits(spec, name))).to.deep.equal(["shop"]);
        expect(spec.sourceRepos).to.deep.equal(["https://charts.example.org"]);
        expect(spec.clusterResourceWhitelist).to.deep.equal([
            { group: "", kind: "Namespace" },
            { group: "rbac.authorization.k8s.io", kind: "ClusterRole" },
        ]);
    });

    it("cannot use the project that Argo CD opens to everything", async () => {
        const { destinations, sourceRepos } = specOf(await deployed(), "argocd-default-project") as Project;
        expect([destinations, sourceRepos]).to.deep.equal([[], []]);
    });

    it("leave that project as it is when Argo CD is removed, because it may not be without a spec", async () => {
        expect(resource(await deployed(), "argocd-default-project")).to.include({ retainOnDelete: true });
    });

    it("are refused by the API server in every namespace with the program's label", async () => {
        const run = await deployed();
        const { matchConstraints, matchConditions } = specOf(run, "k8s-noc-argo-cd", ":ValidatingAdmissionPolicy") as {
            matchConstraints: { namespaceSelector: { matchLabels: Record<string, string> } };
            matchConditions: { expression: string }[];
        };
        const { matchLabels } = matchConstraints.namespaceSelector;
        for (const { inputs } of run.resources.filter(({ type }) => type.endsWith(":Namespace"))) {
            expect((inputs.metadata as { labels: object }).labels).to.include(matchLabels);
        }
        expect(matchConditions[0]?.expression).to.contain("system:serviceaccount:argocd:");
    });
});

describe("Argo CD's connections", () => {
    it("reach the repositories on the ports of their URLs", () => {
        const of = (settings: object) => repositoryPorts(argoCdSettings.parse(settings));
        expect(of({})).to.deep.equal([443]);
        expect(of({ root: { repository: "git@git.home.arpa:noc/apps.git" } })).to.deep.equal([443, 22]);
        expect(of({ root: { repository: "http://git.home.arpa/apps.git" } })).to.deep.equal([443, 80]);
        expect(of({ root: { repository: "ssh://git@git.home.arpa:2222/apps.git" } })).to.deep.equal([443, 2222]);
        expect(of({ applications: { repositories: ["oci://registry.home.arpa:5000/charts", "*"] } })).to.deep.equal([
            443, 5000,
        ]);
    });

    it("lead notifications to Alertmanager, where there is one", async () => {
        const run = await deployed();
        expect(specOf(run, "alertmanager-from-argocd")).to.have.nested.property("ingress[0].ports[0].port", 9093);
        const { values } = resource(run, "argo-cd", "Release").inputs as {
            values: { notifications: { notifiers: Record<string, string> } };
        };
        expect(parse(values.notifications.notifiers["service.webhook.alertmanager"] ?? "")).to.have.property(
            "url",
            "http://kube-prometheus-stack-alertmanager.monitoring.svc:9093",
        );
        const silent = await deployed({ notifications: false });
        expect(silent.resources.filter(({ name }) => name === "alertmanager-from-argocd")).to.deep.equal([]);
        expect(valuesOf({}).notifications.enabled).to.equal(false);
    });

    it("end the alert on a failed sync at the next that succeeds", () => {
        const { templates } = valuesOf({}, { url: "http://a", runbooks: "https://runbooks.example/" }).notifications;
        const body = (name: string) =>
            (parse(templates[`template.${name}`] ?? "") as { webhook: { alertmanager: { body: string } } }).webhook
                .alertmanager.body;
        const labelsOf = (text: string) => text.slice(0, text.indexOf('"annotations"'));
        expect(labelsOf(body("sync-failed"))).to.equal(labelsOf(body("sync-succeeded")));
        expect(body("sync-failed")).to.contain('dateModify "24h"');
        expect(body("sync-succeeded")).to.contain("{{ now | date ");
        expect(body("sync-failed")).to.contain("https://runbooks.example/argo-cd/runbook.md#argocdsyncfailed");
    });
});
