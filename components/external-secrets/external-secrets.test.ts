import { expect } from "chai";

import { runProgram } from "../../tools/mock-engine";
import { metadataOf, problemsWith, resource, stackRun, waitsFor } from "../../tests/support";
import { externalSecretsSettings } from "./settings";
import { externalSecrets } from "./index";

const pulumi = {
    organization: "example",
    project: "homelab",
    environment: "production",
    accessToken: "a-token-that-nobody-knows",
};
const store = { pulumi, testKey: "test.value", namespaces: ["shop"] };
const withStore = (own: object) => ({ settings: { externalSecrets: { enabled: true, store: own } } });
const run = (own: object) => stackRun("homelab", withStore(own));

describe("External Secrets", () => {
    it("reads from a Pulumi ESC environment, with a token that stays secret", async () => {
        const result = await run(store);
        const { spec } = resource(result, "secret-store").inputs as {
            spec: { provider: { pulumi: Record<string, unknown> }; conditions: unknown[] };
        };
        expect(spec.provider.pulumi).to.deep.include({
            organization: "example",
            project: "homelab",
            environment: "production",
            accessToken: {
                secretRef: { name: "pulumi-access-token", key: "PULUMI_ACCESS_TOKEN", namespace: "external-secrets" },
            },
        });
        expect(spec.conditions).to.deep.equal([{ namespaces: ["external-secrets", "shop"] }]);
        expect(JSON.stringify(result.resources)).not.to.contain(pulumi.accessToken);
        expect(result.secrets).to.include(pulumi.accessToken);
    });

    it("is proved by a secret that has been read, as a store is ready with any token", async () => {
        const result = await run(store);
        const test = resource(result, "secret-store-test");
        expect(metadataOf(test).annotations).to.include({ "pulumi.com/waitFor": "condition=Ready" });
        expect([...waitsFor(result, test)]).to.include(resource(result, "secret-store").id);
    });

    it("reads the test secret anew when the store changes", async () => {
        const mark = async (own: object, result = run(own)) =>
            metadataOf(resource(await result, "secret-store-test")).annotations["k8s-noc/store"];
        const changed = { ...store, pulumi: { ...pulumi, environment: "staging" } };
        expect(await mark(store, runProgram("homelab", withStore(store)))).to.equal(await mark(store));
        expect(await mark(changed)).not.to.equal(await mark(store));
    });

    it("can be tried without a secret manager", async () => {
        const { spec } = resource(
            await run({ fake: [{ key: "greeting", value: "hello" }], testKey: "greeting" }),
            "secret-store",
        ).inputs as { spec: { provider: unknown } };
        expect(spec.provider).to.deep.equal({ fake: { data: [{ key: "greeting", value: "hello" }] } });
    });

    it("has no store of its own accord", async () => {
        const { resources } = await stackRun("homelab", { settings: { externalSecrets: { enabled: true } } });
        expect(resources.filter(({ type }) => /external-secrets\.io/.test(type))).to.deep.equal([]);
    });

    it("has one provider", () => {
        const problems = (own: object) =>
            externalSecrets.problems?.(
                externalSecretsSettings.parse({ store: { testKey: "x", ...own } }),
                () => ({}) as never,
                {} as never,
            );
        expect(problems({})?.map(({ remedy }) => remedy)).to.deep.equal([
            "has no provider; set exactly one of pulumi, webhook, fake",
        ]);
        expect(problems({ pulumi, fake: [{ key: "a", value: "b" }] })?.map(({ remedy }) => remedy)).to.deep.equal([
            "has pulumi and fake; set exactly one of pulumi, webhook, fake",
        ]);
        expect(problems({ pulumi })).to.deep.equal([]);
    });

    it("has made-up secrets with keys of their own, among them the one that is read as a test", () => {
        const problems = (store: object) => problemsWith({ externalSecrets: { enabled: true, store } });
        const fake = [{ key: "a", value: "b" }];
        expect(problems({ testKey: "a", fake })).to.deep.equal([]);
        expect(problems({ testKey: "a", fake: [...fake, ...fake] })[0]).to.match(
            /fake\[1\]\.key = "a" is also .*; list it once/,
        );
        expect(problems({ testKey: "b", fake })[0]).to.match(/testKey = "b" is no key of .*\.fake; choose one/);
    });

    it("asks an HTTP server by a template that External Secrets can fill in", () => {
        const problems = (webhook: object) =>
            problemsWith({ externalSecrets: { enabled: true, store: { testKey: "a", webhook } } });
        const url = "https://a.example/{{ .remoteRef.key | urlquery }}?v={{.remoteRef.version}}";
        expect(problems({ url, jsonPath: "$.data['a b'][0]..c" })).to.deep.equal([]);
        for (const [settings, problem] of [
            [{ url: "https://a.example/{{ .key }}" }, /has a template without \.remoteRef; write/],
            [{ url: "https://a.example/{{ .remoteRef.key }" }, /has a template without \.remoteRef; write/],
            [{ url: "a.example/{{ .remoteRef.key }}" }, /is not a URL; write/],
            [{ url, jsonPath: "value" }, /is not a JSONPath; begin it with \$/],
            [{ url, jsonPath: "$.a[" }, /is not a JSONPath; begin it with \$/],
        ] as const) {
            expect(problems(settings)[0]).to.match(problem);
        }
    });
});
