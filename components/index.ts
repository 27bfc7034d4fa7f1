/** Every component there is. A folder and a line here add one; see "Add a component" in the README. */
import { admission } from "./admission";
import { arc } from "./arc";
import { argoCd } from "./argo-cd";
import { backups } from "./backups";
import { certManager } from "./cert-manager";
import { cloudflared } from "./cloudflared";
import { clusterDns } from "./cluster-dns";
import { dhcp } from "./dhcp";
import { dns } from "./dns";
import { dnsdist } from "./dnsdist";
import { externalSecrets } from "./external-secrets";
import { gateway } from "./gateway";
import { grafanaCloud } from "./grafana-cloud";
import { harbor } from "./harbor";
import { logs } from "./logs";
import { metallb } from "./metallb";
import { monitoring } from "./monitoring";
import { networkPolicies } from "./network-policies";
import { objectStorage } from "./object-storage";
import { sealedSecrets } from "./sealed-secrets";
import { storage } from "./storage";

export const components = {
    storage,
    metallb,
    dns,
    dnsdist,
    dhcp,
    monitoring,
    sealedSecrets,
    certManager,
    externalSecrets,
    harbor,
    arc,
    backups,
    gateway,
    clusterDns,
    networkPolicies,
    admission,
    objectStorage,
    argoCd,
    cloudflared,
    logs,
    // The last: it may scrape all others.
    grafanaCloud,
};
