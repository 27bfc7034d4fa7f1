/** Who may log in, and as what: https://argo-cd.readthedocs.io/en/stable/operator-manual/rbac/ */
import type { Problem } from "../../config/problems";
import { repeated } from "../lib/distinct";
import { secrets } from "./names";
import type { GithubSettings } from "./settings";

/** Dex's connector to GitHub, as the text of `dex.config`. The secret stays in its own Secret. */
export function dexConfig({ clientId, access }: GithubSettings): string {
    const organizations = [...new Set(access.map(({ organization }) => organization))];
    const connector = {
        type: "github",
        id: "github",
        name: "GitHub",
        config: {
            clientID: clientId,
            clientSecret: `$${secrets.github}:clientSecret`,
            // The slug has no blanks and commas, which the policy's format would need to escape.
            teamNameField: "slug",
            orgs: organizations.map((name) => ({ name, ...teamsOf(access, name) })),
        },
    };
    // JSON is YAML.
    return JSON.stringify({ connectors: [connector] });
}

/** The teams that may log in; none is named if all members of the organisation may. */
function teamsOf(access: GithubSettings["access"], name: string): { teams?: string[] } {
    const own = access.filter(({ organization }) => organization === name);
    return own.some(({ team }) => team === undefined) ? {} : { teams: own.flatMap(({ team }) => team ?? []) };
}

/** The contents of `argocd-rbac-cm`: what a user may do who is not listed, and a line for each team. */
export function rbacConfig(github: GithubSettings | undefined): Record<string, string> {
    const access = github?.access ?? [];
    return {
        // Dex reports a user's teams, but no organisation: a member of a whole organisation is known by having logged in.
        "policy.default": access.some(({ team }) => team === undefined) ? "role:readonly" : "",
        "policy.csv": access
            .flatMap(({ organization, team, role }) =>
                team === undefined ? [] : [`g, ${organization}:${team}, role:${role}\n`],
            )
            .join(""),
        scopes: "[groups]",
    };
}

/** Entries that contradict each other, and those that Argo CD could not tell apart. */
export function accessProblems({ access }: GithubSettings): Problem[] {
    const key = "noc:argoCd.github.access";
    const names = access.map(({ organization, team }, i) => ({
        key: `${key}[${i}]`,
        value: [organization, team].filter(Boolean).join("/").toLowerCase(),
    }));
    return [
        ...repeated(names, "give each organisation and team one role"),
        ...access.flatMap(({ team, role }, i) =>
            team === undefined && role === "admin"
                ? [
                      {
                          key: `${key}[${i}].role`,
                          value: role,
                          remedy: "cannot be given to a whole organisation, because GitHub's login reports only teams; name a team, or set it to readonly",
                      },
                  ]
                : [],
        ),
    ];
}
