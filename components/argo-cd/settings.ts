import { z } from "zod";

import { checked } from "../../config/checked";
import { chartVersion, choice, count, label, line, subdomain, token } from "../../config/fields";
import { charts } from "./versions";

const exampleUrl = "https://github.com/example/homelab.git";

/** A Git repository as Argo CD reaches it: over HTTP or SSH. */
const gitUrl = checked(
    (text) => {
        const http = /^https?:\/\/[^\s/@]+(\/[^\s]*)?$/.test(text) && URL.canParse(text);
        const ssh = /^(ssh:\/\/)?[\w.-]+@[\w.-]+[:/][^\s]+$/.test(text);
        if (/^https?:\/\/[^/]*@/.test(text)) {
            return "has a user or a password in it; set noc:argoCd.credentials instead";
        }
        return http || ssh ? undefined : `is not the URL of a repository; write it like ${exampleUrl}`;
    },
    exampleUrl,
    "git@github.com:example/homelab.git",
);

const root = z.strictObject({
    repository: gitUrl.describe("URL of the Git repository."),
    path: z
        .string()
        .regex(/^(?!\/)(?!.*(^|\/)\.\.(\/|$))[^\s\p{Cc}]+$/u, {
            error: "is not a folder of the repository; write it like apps, or . for the whole repository",
        })
        .default(".")
        .describe("Folder in the repository with the Applications' manifests.")
        .meta({ examples: ["apps"] }),
    revision: line("a branch, tag or commit", "main").default("HEAD").describe("Branch, tag or commit."),
});

const credentials = z.array(
    z.strictObject({
        url: checked(
            (text) =>
                /^(https:\/\/[^\s@]+|(ssh:\/\/)?[\w.-]+@[\w.-]+([:/][^\s]*)?)$/.test(text)
                    ? undefined
                    : text.startsWith("http://")
                      ? "would send the token unencrypted; write it with https://"
                      : "is not the beginning of a repository's URL; write it like https://github.com/example",
            "https://github.com/example",
            "git@github.com:example",
        ).describe("Beginning of the URLs of the repositories that these credentials are for."),
        username: line("the user", "git")
            .default("git")
            .describe("User that the token is sent with. GitHub and GitLab accept any."),
        token: token("the token", "github_pat_0123456789").optional().describe("Access token or password, for HTTPS."),
        sshPrivateKey: z
            .string()
            .regex(/^-----BEGIN [A-Z ]*PRIVATE KEY-----\n[\s\S]+\n-----END [A-Z ]*PRIVATE KEY-----\n?$/, {
                error: "is not a private key in PEM or OpenSSH format; copy the whole file",
            })
            .optional()
            .describe("Private key for SSH, such as a deploy key without a passphrase.")
            .meta({
                secret: true,
                examples: ["-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n"],
            }),
    }),
);

const organization = z
    .string()
    .regex(/^[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?$/, {
        error: "is not an organisation at GitHub; write its name as in its URL",
    })
    .meta({ examples: ["example"] });

const team = z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]*$/, { error: "is not a team's slug; write it as in the team's URL, like noc-admins" })
    .meta({ examples: ["noc-admins"] });

const roles = ["admin", "readonly"] as const;

const github = z.strictObject({
    clientId: line("the client ID", "Iv1.0123456789abcdef").describe("Client ID of the OAuth app."),
    clientSecret: token("the client secret", "0123456789abcdef0123456789abcdef01234567").describe(
        "Client secret of the OAuth app.",
    ),
    access: z
        .array(
            z.strictObject({
                organization: organization.describe("Organisation at GitHub."),
                team: team.optional().describe("Slug of a team. If not set, all members of the organisation."),
                role: choice("a role", roles).describe(
                    "admin: may do everything in Argo CD. readonly: may see everything but secrets.",
                ),
            }),
        )
        .min(1, { error: "is empty; list who may log in" })
        .describe("Who may log in, and as what. Nobody else may."),
});

const kind = z
    .string()
    .regex(/^([a-z0-9.-]+\/)?([A-Z][A-Za-z0-9]*)$/, {
        error: "is not a kind; write GROUP/Kind, like rbac.authorization.k8s.io/ClusterRole, or Namespace",
    })
    .meta({ examples: ["Namespace"] });

const applications = z.strictObject({
    repositories: z
        .array(line("a repository", "https://charts.example.org/*"))
        .default([])
        .describe(
            "URLs of Git and Helm repositories that Applications may use beside the root Application's own. `*` stands for any text without a slash, `**` for any text.",
        ),
    namespaces: z
        .array(z.union([z.literal("*"), label]))
        .min(1, { error: "is empty; list namespaces, or * for all but the stack's own" })
        .default(["*"])
        .describe("Namespaces that Applications may deploy to; `*` for all. Those of this stack are always left out."),
    clusterKinds: z
        .array(kind)
        .default([])
        .describe(
            "Kinds without a namespace that Applications may deploy, as GROUP/Kind or Kind. With Namespace, they can make their own namespaces.",
        ),
});

export const argoCdSettings = z.strictObject({
    enabled: z.boolean().default(false).describe("Install Argo CD, which deploys applications from Git repositories."),
    version: chartVersion("9.2.0", charts.argoCd.version)
        .default(charts.argoCd.version)
        .describe("Version of the chart, 9.2.0 or newer."),
    host: subdomain("a host name", "argocd.home.arpa")
        .optional()
        .describe(
            "Host name of Argo CD at the gateway (noc:gateway). If not set, it is reached by a port forward only.",
        ),
    root: root
        .optional()
        .describe(
            "The root Application, which deploys the Applications of a Git repository. If not set, there is none.",
        ),
    credentials: credentials.default([]).describe("Credentials for private repositories, of all Applications."),
    knownHosts: z
        .array(line("a line of known_hosts", "git.home.arpa ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAA"))
        .default([])
        .describe("SSH host keys, as lines of known_hosts. Those of the large public Git hosts are there already."),
    syncMinutes: count(1, 1440).default(3).describe("Time between two looks at the repositories, in minutes."),
    github: github
        .optional()
        .describe(
            "Log in with GitHub. The user admin is then switched off. If not set, admin has a generated password.",
        ),
    notifications: z
        .boolean()
        .default(true)
        .describe("Report failed syncs to Alertmanager, and by it to noc:monitoring.receivers. Needs noc:monitoring."),
    highAvailability: z
        .boolean()
        .default(false)
        .describe("Run two pods each of the API server, the repository server and the ApplicationSet controller."),
    applications: applications.prefault({}).describe("What the Applications may deploy, and where."),
});

export type ArgoCdSettings = z.output<typeof argoCdSettings>;
export type GithubSettings = z.output<typeof github>;
export type RepositoryCredentials = z.output<typeof credentials>[number];
