import { environment } from "../config/environment";
import { existingStack } from "./pulumi";

/** Prints the certificate of the stack's certificate authority to standard output, and how to trust it to standard error. */
export async function ca(): Promise<void> {
    const cli = await existingStack();
    const outputs = JSON.parse(cli?.read(["stack", "output", "--json"]) ?? "{}") as { caCertificate?: string };
    if (!outputs.caCertificate) {
        throw new Error(
            `the stack ${environment.stack} has no certificate authority; set noc:certManager.enabled to true, then run: npm run up`,
        );
    }
    console.error(instructions(`noc-ca-${environment.stack}.crt`));
    console.log(outputs.caCertificate.trimEnd());
}

/** How to trust the certificate in the file. */
const instructions = (file: string): string => `Save the certificate: npm run --silent ca >${file}
Compare it with its owner by: openssl x509 -in ${file} -noout -fingerprint -sha256
Then trust it:
  Debian, Ubuntu    sudo cp ${file} /usr/local/share/ca-certificates/ && sudo update-ca-certificates
  Fedora, RHEL      sudo cp ${file} /etc/pki/ca-trust/source/anchors/ && sudo update-ca-trust
  macOS             sudo security add-trusted-cert -d -r trustRoot -k /Library/Keychains/System.keychain ${file}
  Windows           certutil -addstore -f Root ${file}
  Firefox           Settings > Privacy & Security > Certificates > View Certificates > Authorities > Import
  Node.js, curl     NODE_EXTRA_CA_CERTS=${file}; curl --cacert ${file}
  containerd        copy it to /etc/containerd/certs.d/HOST/ca.crt on every node
`;
