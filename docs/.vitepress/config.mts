/** The documentation's site: `npm run docs` builds it into docs/.vitepress/dist. */
import { defineConfig } from "vitepress";

const repository = "https://github.com/k8s-noc/k8s-noc";

export default defineConfig({
    title: "k8s-noc",
    description: "DNS, DHCP, a load balancer and their monitoring on Kubernetes, as one Pulumi program",
    // A project site of GitHub Pages is under its repository's name.
    base: "/k8s-noc/",
    cleanUrls: true,
    lastUpdated: true,
    // Files outside docs/ are linked to in the repository, see below. The tests check that they exist.
    ignoreDeadLinks: [/^\.?\/?\.\.\//, /^https?:\/\/localhost/],
    markdown: {
        config(md) {
            // Vue would evaluate what stands in double braces, as in Prometheus' templates.
            const { rules } = md.renderer;
            for (const kind of ["text", "code_inline"] as const) {
                const original = rules[kind] ?? ((tokens, i) => md.utils.escapeHtml(tokens[i]?.content ?? ""));
                rules[kind] = (...args) => original(...args).replaceAll("{{", "&#123;&#123;");
            }
            const render =
                md.renderer.rules.link_open ??
                ((tokens, i, options, _env, self) => self.renderToken(tokens, i, options));
            md.renderer.rules.link_open = (tokens, i, options, env, self) => {
                const href = tokens[i]?.attrGet("href") ?? "";
                if (href.startsWith("../")) {
                    tokens[i]?.attrSet("href", `${repository}/blob/main/${href.slice(3)}`);
                }
                return render(tokens, i, options, env, self);
            };
        },
    },
    themeConfig: {
        nav: [
            { text: "Quick start", link: "/quick-start" },
            { text: "Settings", link: "/reference/settings" },
            { text: "Alerts", link: "/reference/alerts" },
        ],
        sidebar: [
            {
                text: "Start",
                items: [
                    { text: "Quick start", link: "/quick-start" },
                    { text: "How the addresses work", link: "/addresses" },
                    { text: "Doctor", link: "/doctor" },
                    { text: "When up fails", link: "/troubleshooting" },
                ],
            },
            {
                text: "Operate",
                items: [
                    { text: "Alerting", link: "/alerting" },
                    { text: "Logs", link: "/logs" },
                    { text: "Two DHCP servers", link: "/dhcp-high-availability" },
                    { text: "A lease database", link: "/dhcp-lease-database" },
                    { text: "Host names of leases", link: "/lease-names" },
                    { text: "Security", link: "/security" },
                    { text: "Hardening of DNS", link: "/dns-hardening" },
                    { text: "Encrypted DNS", link: "/encrypted-dns" },
                    { text: "dnsdist", link: "/dnsdist" },
                    { text: "kubeadm", link: "/kubeadm" },
                    { text: "Control plane", link: "/control-plane" },
                    { text: "High availability", link: "/high-availability" },
                    { text: "Upgrades", link: "/upgrades" },
                    { text: "Benchmarks", link: "/benchmarks" },
                    { text: "Drills", link: "/drills" },
                    { text: "Results", link: "/results/" },
                ],
            },
            {
                text: "Reference",
                items: [
                    { text: "Settings", link: "/reference/settings" },
                    { text: "Alerts", link: "/reference/alerts" },
                    { text: "Versions", link: "/reference/versions" },
                ],
            },
            {
                text: "Background",
                items: [
                    { text: "Decisions", link: "/decisions" },
                    { text: "The path of a query", link: "/dns-path" },
                    { text: "Alternatives", link: "/alternatives" },
                ],
            },
        ],
        socialLinks: [{ icon: "github", link: repository }],
        search: { provider: "local" },
    },
});
