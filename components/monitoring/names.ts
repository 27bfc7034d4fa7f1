/** Name of the release of kube-prometheus-stack, which the names of its objects begin with. */
export const release = "kube-prometheus-stack";
