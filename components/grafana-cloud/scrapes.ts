/** What the chart's collector scrapes of the components where there is no Prometheus, in Alloy's syntax. */
import { quoted } from "../lib/alloy";
import type { MonitoringSpec, ServiceMonitor } from "../lib/monitoring-spec";
import { selectorOf } from "../lib/pods";

type Scraped = Pick<MonitoringSpec, "namespace" | "monitors">;

/**
 * The configuration that finds the pods behind each monitor's Service, and sends their samples with the name of the
 * monitor as their job.
 */
export const scrapeConfig = (specs: readonly Scraped[]): string =>
    specs.flatMap(({ namespace, monitors }) => monitors.map((monitor) => scrape(namespace, monitor))).join("\n");

function scrape(specNamespace: string, { name, selector, port, namespace = specNamespace }: ServiceMonitor): string {
    const id = name.replace(/\W/g, "_");
    const labels = selectorOf(selector);
    return `discovery.kubernetes "${id}" {
  role = "endpoints"
  namespaces {
    names = [${quoted(namespace)}]
  }
  selectors {
    role  = "service"
    label = ${quoted(labels)}
  }
  selectors {
    role  = "endpoints"
    label = ${quoted(labels)}
  }
}
discovery.relabel "${id}" {
  targets = discovery.kubernetes.${id}.targets
  rule {
    source_labels = ["__meta_kubernetes_endpoint_port_name"]
    regex         = ${quoted(port)}
    action        = "keep"
  }
  rule {
    source_labels = ["__meta_kubernetes_namespace"]
    target_label  = "namespace"
  }
  rule {
    source_labels = ["__meta_kubernetes_pod_name"]
    target_label  = "pod"
  }
}
prometheus.scrape "${id}" {
  targets         = discovery.relabel.${id}.output
  job_name        = ${quoted(name)}
  scrape_interval = "60s"
  forward_to      = [prometheus.remote_write.metrics.receiver]
}
`;
}
