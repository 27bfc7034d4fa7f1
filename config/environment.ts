/** Everything that commands and tools read from the environment. No other file reads it. */
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

/** The stack to work on. The sandbox's commands have one of their own. */
const stack = /^sandbox(:|$)/.test(process.argv[2] ?? "") ? "sandbox" : (process.env.STACK ?? "poc");

/** What `npm run sandbox` makes beside the cluster. It is deleted with it. */
const sandboxFolder = join(__dirname, "..", ".sandbox");

const env: NodeJS.ProcessEnv = {
    ...process.env,
    // The sandbox's state goes with its cluster. Its secrets are those of a cluster that only this machine reaches.
    ...(stack === "sandbox" && {
        PULUMI_BACKEND_URL: `file://${sandboxFolder}`,
        PULUMI_CONFIG_PASSPHRASE: "sandbox",
    }),
};

export const environment = {
    /** All of it, for the programs that are started. */
    all: env,
    /** The stack to work on. */
    stack,
    sandboxFolder,
    /** Number of the sandbox's nodes. */
    nodes: Number(env.NODES ?? 1),
    /** Image of the sandbox's nodes. */
    nodeImage: env.NODE_IMAGE,
    /** Image with Node.js for the sandbox's checks from inside. */
    checkImage: env.CHECK_IMAGE,
    /** The container engine that kind is told to use. */
    containerEngine: env.KIND_EXPERIMENTAL_PROVIDER,
    /** File with the stack's outputs, where they are not read from its state. */
    stackOutputs: env.STACK_OUTPUTS,
    /** The kubeconfig's files, whether or not they exist. */
    kubeconfigFiles: env.KUBECONFIG
        ? env.KUBECONFIG.split(delimiter).filter(Boolean)
        : [join(homedir(), ".kube", "config")],
    /** Number of resolver pods for verify:scale. */
    replicas: Number(env.REPLICAS ?? 3),
    /** This machine's address towards the DHCP server, for verify:dhcp; chosen by the routing table if not given. */
    relayAddress: env.RELAY_ADDRESS,
    /** Where the Pulumi CLI keeps its own files. */
    pulumiHome: env.PULUMI_HOME ?? join(homedir(), ".pulumi"),
    /** URL of the state backend, if the environment chooses one. */
    backendUrl: env.PULUMI_BACKEND_URL,
    /** Whether the environment has a token of Pulumi Cloud. */
    hasAccessToken: Boolean(env.PULUMI_ACCESS_TOKEN),
    /** Whether the passphrase of the stack's secrets is given. */
    hasPassphrase: env.PULUMI_CONFIG_PASSPHRASE !== undefined || env.PULUMI_CONFIG_PASSPHRASE_FILE !== undefined,
    /** Whether the objects of a cluster that does not answer are taken for deleted: the Kubernetes provider's switch. */
    deletesUnreachable: env.PULUMI_K8S_DELETE_UNREACHABLE === "true",
    /** Whether a person sits at the terminal. */
    interactive: process.stdin.isTTY,
} as const;
