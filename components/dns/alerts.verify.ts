import { unchecked } from "../../tests/deployed";
import { alertDrills } from "../../tests/drill";

describe("the alerts of DNS", function () {
    const { stack, run, scale } = alertDrills(this);

    before(function () {
        if (!stack().settings.dns.enabled) {
            unchecked(this, "DNS is switched off");
        }
    });

    it("fire when Redis is down", () =>
        run({
            title: "Redis stopped",
            alerts: ["RedisDown"],
            breaks: () => scale("Deployment", "redis", 0),
            restores: () => scale("Deployment", "redis", 1),
        }));

    it("fire when every resolver is down", () =>
        run({
            title: "all resolvers stopped",
            alerts: ["DnsServiceWithoutBackends", "DnsAddressUnanswered", "UnboundDown"],
            breaks: () => scale("Deployment", "unbound", 0),
            restores: () => scale("Deployment", "unbound", stack().settings.dns.replicas),
        }));
});
