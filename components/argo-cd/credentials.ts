/** The Secrets that Argo CD reads: https://argo-cd.readthedocs.io/en/stable/operator-manual/declarative-setup/ */
import type * as pulumi from "@pulumi/pulumi";
import { createHash } from "node:crypto";

import type { Problem } from "../../config/problems";
import { repeated } from "../lib/distinct";
import { labels } from "../lib/pods";
import { secrets } from "./names";
import type { ArgoCdSettings, RepositoryCredentials } from "./settings";

/** What the program makes up once and keeps. */
export interface GeneratedSecrets {
    /** Password of Redis. */
    readonly redis: pulumi.Input<string>;
    /** Key that sessions are signed with. */
    readonly sessionKey: pulumi.Input<string>;
    /** Bcrypt hash of the admin's password. Undefined if there is no admin. */
    readonly adminHash?: pulumi.Input<string>;
}

interface SecretObject {
    readonly metadata: { readonly name: string; readonly labels: Record<string, string> };
    readonly stringData: Record<string, pulumi.Input<string>>;
}

/** All Secrets of the namespace. Argo CD itself adds further keys to `argocd-secret`. */
export function secretObjects({ github, credentials }: ArgoCdSettings, generated: GeneratedSecrets): SecretObject[] {
    const { redis, sessionKey, adminHash } = generated;
    return [
        object(secrets.redis, { auth: redis }),
        object(
            secrets.argoCd,
            { "server.secretkey": sessionKey, ...(adminHash !== undefined && { "admin.password": adminHash }) },
            ownedByArgoCd,
        ),
        ...(github ? [object(secrets.github, { clientSecret: github.clientSecret }, ownedByArgoCd)] : []),
        ...credentials.map((one) =>
            object(`argocd-credentials-${shortHash(one.url)}`, credentialFields(one), {
                "argocd.argoproj.io/secret-type": "repo-creds",
            }),
        ),
    ];
}

const object = (name: string, stringData: SecretObject["stringData"], more: Record<string, string> = {}) => ({
    metadata: { name, labels: { ...labels(name), ...more } },
    stringData,
});

/** Argo CD reads its own settings from Secrets with this label alone. */
const ownedByArgoCd = { "app.kubernetes.io/part-of": "argocd" };

const shortHash = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 8);

const credentialFields = ({ url, username, token, sshPrivateKey }: RepositoryCredentials) => ({
    type: "git",
    url,
    ...(token !== undefined && { username, password: token }),
    ...(sshPrivateKey !== undefined && { sshPrivateKey }),
});

/** Credentials that do not fit their URL, and a URL for SSH without a key. */
export function credentialProblems({ root, credentials }: ArgoCdSettings): Problem[] {
    const key = "noc:argoCd.credentials";
    const overSsh = (url: string) => !/^https?:\/\//.test(url);
    const keys = credentials.flatMap(({ url, sshPrivateKey }) => (sshPrivateKey === undefined ? [] : [url]));
    return [
        ...repeated(
            credentials.map(({ url }, i) => ({ key: `${key}[${i}].url`, value: url })),
            "list each URL once",
        ),
        ...credentials.flatMap(({ url, token, sshPrivateKey }, i): Problem[] => {
            const wanted = overSsh(url) ? "sshPrivateKey" : "token";
            const fits = overSsh(url)
                ? sshPrivateKey !== undefined && token === undefined
                : token !== undefined && sshPrivateKey === undefined;
            return fits
                ? []
                : [{ key: `${key}[${i}].url`, value: url, remedy: `is used with ${wanted}; set that alone` }];
        }),
        ...(root && overSsh(root.repository) && !keys.some((url) => root.repository.startsWith(url))
            ? [
                  {
                      key: "noc:argoCd.root.repository",
                      value: root.repository,
                      remedy: `is reached over SSH, for which no key is given; add one for it to ${key}`,
                  },
              ]
            : []),
    ];
}
