/** Names and ports that the parts of dnsdist share. */
import { encryptedPorts } from "../dns/encryption";
import { dnsPort } from "../dns/unbound-config";

/** Name of the Deployment and of everything beside it, job of the samples and `app` label of the pods. */
export const app = "dnsdist";
/** The headless Service whose name resolves to the resolver's pods. */
export const backends = `${app}-backends`;
/** Where dnsdist listens: above 1024, so that it needs no privilege. The Services map ports 53, 853 and 443 to these. */
export const ports = { dns: dnsPort, ...encryptedPorts, web: 8083 } as const;
/** The folder of the configuration files. */
export const configFolder = "/config";
/** Names of the rules, which are values of the label `id` of `dnsdist_rule_hits`. */
export const rules = { limit: "rate-limit", blocked: "blocked", rewritten: "rewritten" } as const;
