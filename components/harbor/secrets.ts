/**
 * Every secret that Harbor's parts know each other by. The chart would make some of them anew at each upgrade, and has
 * well-known defaults for the others.
 */
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";

import { labels } from "../lib/pods";
import { namespaceName, registryUser, secrets } from "./names";
import { SigningKey } from "./signing-key";

/** The passwords that others need, and the Secrets that the pods read theirs from. */
export interface HarborSecrets {
    readonly adminPassword: pulumi.Output<string>;
    readonly robotPassword: pulumi.Output<string>;
    readonly secrets: k8s.core.v1.Secret[];
}

/** A password that is generated once: `harbor-NAME` in the state. */
export const generatedPassword = (name: string, length: number, parent: pulumi.Resource): random.RandomPassword =>
    new random.RandomPassword(
        `harbor-${name}`,
        // Harbor asks for a digit, a small and a capital letter in the passwords of users and robots.
        { length, special: false, minLower: 1, minUpper: 1, minNumeric: 1 },
        { parent },
    );

/** Makes the Secrets of the namespace, with secrets that are generated once. */
export function harborSecrets(namespace: pulumi.Resource, parent: pulumi.Resource): HarborSecrets {
    const generated = (name: string, length: number) => generatedPassword(name, length, parent);
    const secret = ({ name }: { readonly name: string }, stringData: Record<string, pulumi.Input<string>>) =>
        new k8s.core.v1.Secret(
            name,
            { metadata: { name, namespace: namespaceName, labels: labels("harbor") }, stringData },
            { parent, dependsOn: namespace },
        );
    const admin = generated("admin-password", 32).result;
    const robot = generated("robot-password", 32).result;
    const registry = generated("registry-password", 32);
    return {
        adminPassword: admin,
        robotPassword: robot,
        secrets: [
            secret(secrets.admin, { [secrets.admin.password]: admin }),
            secret(secrets.core, {
                // Core accepts these lengths alone.
                [secrets.core.secret]: generated("core-secret", 16).result,
                [secrets.core.secretKey]: generated("secret-key", 16).result,
                [secrets.core.xsrfKey]: generated("xsrf-key", 32).result,
                [secrets.core.tokenKey]: new SigningKey("harbor-token-key", { parent }).privateKey,
            }),
            secret(secrets.jobservice, { [secrets.jobservice.secret]: generated("jobservice-secret", 16).result }),
            secret(secrets.registry, {
                [secrets.registry.http]: generated("registry-secret", 16).result,
                [secrets.registry.password]: registry.result,
                // The hash is kept with the password, so that its salt stays the same.
                [secrets.registry.htpasswd]: pulumi.interpolate`${registryUser}:${registry.bcryptHash}`,
            }),
            secret(secrets.robot, { [secrets.robot.password]: robot }),
        ],
    };
}
