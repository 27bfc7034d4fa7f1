import { expect } from "chai";

import { problemsWith } from "../../tests/support";

const repository = "https://github.com/example/homelab.git";
const token = "a-token-that-nobody-knows";
const access = [
    { organization: "example", role: "readonly" },
    { organization: "example", team: "noc-admins", role: "admin" },
];
const github = { clientId: "Iv1.0123", clientSecret: "a-client-secret-that-nobody-knows", access };

describe("Argo CD's settings", () => {
    const problems = (own: object) => problemsWith({ argoCd: { enabled: true, ...own } });

    it("name who may log in once each, and give no whole organisation all rights", () => {
        const withAccess = (list: object[]) => problems({ host: "a.example", github: { ...github, access: list } })[0];
        expect(withAccess([{ organization: "example", role: "admin" }])).to.match(
            /access\[0\]\.role = "admin" cannot be given to a whole organisation/,
        );
        expect(withAccess([access[0] ?? {}, { ...access[0], organization: "EXAMPLE" }])).to.contain(
            "give each organisation and team one role",
        );
        expect(problems({ github })[0]).to.contain("noc:argoCd.github needs a name for GitHub");
    });

    it("have credentials that fit their URL", () => {
        const key = "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n";
        const withCredentials = (...credentials: object[]) => problems({ credentials });
        expect(
            withCredentials({ url: "https://a.example", token }, { url: "git@a.example", sshPrivateKey: key }),
        ).to.have.length(0);
        expect(withCredentials({ url: "https://a.example", sshPrivateKey: key })[0]).to.contain("set that alone");
        expect(withCredentials({ url: "https://a.example" })[0]).to.contain("is used with token; set that alone");
        expect(withCredentials({ url: "http://a.example", token })[0]).to.contain("would send the token unencrypted");
        expect(withCredentials({ url: "git@a.example", sshPrivateKey: "AAAA" })[0]).to.contain("is not a private key");
        const root = { repository: "git@a.example:b/c.git" };
        expect(problems({ root })[0]).to.contain("is reached over SSH, for which no key is given");
        expect(problems({ root, credentials: [{ url: "git@a.example:b", sshPrivateKey: key }] })).to.have.length(0);
    });

    it("refuse what is no repository, folder, kind or version", () => {
        const root = (own: object) => problems({ root: { repository, ...own } })[0];
        expect(root({ repository: "https://user:pass@github.com/a/b" })).to.contain("has a user or a password in it");
        expect(root({ repository: "github.com/a/b" })).to.contain("is not the URL of a repository");
        expect(root({ path: "../secrets" })).to.contain("is not a folder of the repository");
        expect(problems({ applications: { clusterKinds: ["namespace"] } })[0]).to.contain("is not a kind");
        expect(problems({ version: "8.0.0" })[0]).to.contain("is too old");
    });
});
