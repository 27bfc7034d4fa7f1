/** The configuration of Grafana Alloy: https://grafana.com/docs/alloy/v1.16/reference/components/ */
import { healthName } from "../dns/unbound-config";
import { quoted } from "../lib/alloy";

/** A Loki that lines are sent to. */
export interface LogDestination {
    /** Unique name, in lower-case letters. */
    readonly name: string;
    /** URL that lines are posted to. */
    readonly url: string;
    /** User, and the file with the password, which is read for each request. Left out, none are sent. */
    readonly credentials?: { readonly user: string; readonly passwordFile: string };
    /** Whether lines are held back, and not dropped, until the destination takes them. */
    readonly waitsForever?: boolean;
}

/** The labels of a line, by what Kubernetes says of its pod. */
const lineLabels = {
    namespace: "__meta_kubernetes_namespace",
    pod: "__meta_kubernetes_pod_name",
    container: "__meta_kubernetes_pod_container_name",
    node: "__meta_kubernetes_pod_node_name",
    app_kubernetes_io_name: "__meta_kubernetes_pod_label_app_kubernetes_io_name",
};

/**
 * Reads the log files of the node's pods, and sends their lines to all destinations, in this order. While one takes
 * none, the others get them late.
 */
export const collectorConfig = (destinations: readonly LogDestination[]): string => `logging {
  level = "warn"
}

discovery.kubernetes "pods" {
  role = "pod"

  selectors {
    role  = "pod"
    field = "spec.nodeName=" + sys.env("K8S_NODE_NAME")
  }
}

discovery.relabel "pods" {
  targets = discovery.kubernetes.pods.targets
${Object.entries(lineLabels)
    .map(
        ([label, source]) => `
  rule {
    source_labels = [${quoted(source)}]
    target_label  = ${quoted(label)}
  }
`,
    )
    .join("")}
  // The folder's name ends with the pod's UID, which is another one for the pods of the control plane.
  rule {
    source_labels = ["namespace", "pod", "container"]
    regex         = "(.+);(.+);(.+)"
    target_label  = "__path__"
    replacement   = "/var/log/pods/\${1}_\${2}_*/\${3}/*.log"
  }
}

local.file_match "pods" {
  path_targets = discovery.relabel.pods.output
}

loki.source.file "pods" {
  targets    = local.file_match.pods.targets
  forward_to = [loki.process.pods.receiver]
}

loki.process "pods" {
  stage.cri { }

  // Answers to health checks and probes, some every second.
  stage.drop {
    expression = ${quoted(` reply: \\S+ ${healthName.replaceAll(".", "\\.")} `)}
  }

  stage.label_drop {
    values = ["filename", "stream", "flags"]
  }

  forward_to = [${destinations.map(({ name }) => `loki.write.${name}.receiver`).join(", ")}]
}
${destinations.map(writer).join("")}`;

const writer = ({ name, url, credentials, waitsForever = false }: LogDestination): string => `
loki.write ${quoted(name)} {
  endpoint {
    url = ${quoted(url)}
${waitsForever ? "    max_backoff_retries = 0\n" : ""}${
    credentials
        ? `
    basic_auth {
      username      = ${quoted(credentials.user)}
      password_file = ${quoted(credentials.passwordFile)}
    }
`
        : ""
}  }
}
`;
