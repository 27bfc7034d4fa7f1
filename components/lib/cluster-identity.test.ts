import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";

import { type StandInCluster, standInCluster } from "../../tests/stand-in-api";
import { guardProvider, rememberCluster } from "./cluster-identity";
import { knownValue } from "./known-value";

describe("the cluster that a stack is deployed to", () => {
    /** The state's Stash gives out the first value that it was given. */
    const remember = async (first: string, now: string | undefined) => {
        await pulumi.runtime.setMocks(
            { newResource: () => ({ id: "1", state: { output: first } }), call: () => ({}) },
            "noc",
            "venue",
        );
        return rememberCluster("lab", Promise.resolve(now));
    };

    it("may be deployed to again", async () => {
        expect(await knownValue(await remember("uid-1", "uid-1"))).to.equal("uid-1");
    });

    it("is not compared in a preview without a cluster", async () => {
        await remember("uid-1", undefined);
    });

    it("is not replaced by another one behind the same context", async () => {
        const error = await remember("uid-1", "uid-2").then(
            () => expect.fail("it was accepted"),
            (e: unknown) => e as Error,
        );
        expect(error).to.be.instanceOf(pulumi.RunError);
        expect(error.message)
            .to.match(/^the context "lab" is not the cluster that the stack is deployed to: .* uid-2, not uid-1; .*$/)
            .and.contain("pulumi state delete --all");
    });
});

describe("the guard of the cluster", () => {
    const { KUBECONFIG, PULUMI_K8S_DELETE_UNREACHABLE } = process.env;
    let cluster: StandInCluster;

    before(async () => {
        cluster = await standInCluster();
        process.env.KUBECONFIG = cluster.kubeconfig;
    });
    after(() => {
        cluster.close();
        Object.assign(process.env, { KUBECONFIG, PULUMI_K8S_DELETE_UNREACHABLE });
    });

    const destroyed = () => guardProvider.delete?.("1", { context: "lab", uid: "uid-1" });
    const failure = () =>
        destroyed()?.then(
            () => "it was destroyed",
            (error: unknown) => (error as Error).message,
        );

    it("lets the stack be destroyed in its own cluster", async () => {
        cluster.uid = "uid-1";
        await destroyed();
    });

    it("keeps another cluster behind the same context from being touched", async () => {
        cluster.uid = "uid-2";
        expect(await failure()).to.match(/^the context "lab" is not the cluster .* uid-2, not uid-1; make the context/);
    });

    it("does not take a cluster that does not answer for the stack's, unless it is told to", async () => {
        cluster.uid = undefined;
        expect(await failure()).to.contain('the API server of the context "lab" does not answer');
        process.env.PULUMI_K8S_DELETE_UNREACHABLE = "true";
        await destroyed();
    });
});
