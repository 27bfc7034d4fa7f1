/** Changes of fields in the cluster's objects that can be undone without a trace. */
import type { Undo } from "../bench/restore";
import type { Cluster } from "../../tools/cluster";

/** An object of the cluster. */
export interface ObjectReference {
    readonly kind: "ConfigMap" | "DaemonSet" | "Deployment" | "Node" | "Service" | "StatefulSet";
    readonly name: string;
    /** Left out for a node. */
    readonly namespace?: string;
}

/**
 * Changes one field. The function that is returned gives it its old value again, and its old owner: if the field stayed
 * this program's, the next `up` that changes it would be refused (https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts).
 * @param path of the field, a JSON pointer.
 * @param value the new value, from the old one, which is undefined if there is none.
 */
export async function changeField(
    cluster: Cluster,
    object: ObjectReference,
    path: string,
    value: (old: unknown) => unknown,
): Promise<Undo> {
    const { read, patch } = accessTo(cluster, object);
    const before = await read();
    const old = valueAtPointer(before, path);
    await patch([{ op: "add", path, value: value(old) }]);
    return async () => {
        await patch([old === undefined ? { op: "remove", path } : { op: "add", path, value: old }]);
        await patch([{ op: "replace", path: "/metadata/managedFields", value: before.metadata?.managedFields }]);
    };
}

/** The value that a JSON pointer (RFC 6901) leads to. Undefined if there is none. */
export const valueAtPointer = (object: unknown, pointer: string): unknown =>
    pointer
        .split("/")
        .slice(1)
        .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
        .reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], object);

function accessTo({ apps, core }: Cluster, { kind, name, namespace = "" }: ObjectReference) {
    const at = { name, namespace };
    switch (kind) {
        case "ConfigMap":
            return {
                read: () => core.readNamespacedConfigMap(at),
                patch: (body: unknown) => core.patchNamespacedConfigMap({ ...at, body }),
            };
        case "DaemonSet":
            return {
                read: () => apps.readNamespacedDaemonSet(at),
                patch: (body: unknown) => apps.patchNamespacedDaemonSet({ ...at, body }),
            };
        case "Deployment":
            return {
                read: () => apps.readNamespacedDeployment(at),
                patch: (body: unknown) => apps.patchNamespacedDeployment({ ...at, body }),
            };
        case "StatefulSet":
            return {
                read: () => apps.readNamespacedStatefulSet(at),
                patch: (body: unknown) => apps.patchNamespacedStatefulSet({ ...at, body }),
            };
        case "Service":
            return {
                read: () => core.readNamespacedService(at),
                patch: (body: unknown) => core.patchNamespacedService({ ...at, body }),
            };
        case "Node":
            return { read: () => core.readNode(at), patch: (body: unknown) => core.patchNode({ ...at, body }) };
    }
}
