import { constants, createCipheriv, publicEncrypt, randomBytes } from "node:crypto";

/**
 * Encrypts a value as `kubeseal` does for a SealedSecret of the scope `strict`: AES-256-GCM with a key that is used once
 * (so its nonce is zero), and that key by RSA-OAEP. Returns base64.
 * @param certificate the controller's, in PEM.
 * @param name of the SealedSecret: under another name or in another namespace it cannot be decrypted.
 */
export function seal(value: string, certificate: string, name: { namespace: string; name: string }): string {
    const key = randomBytes(32);
    const oaepLabel = Buffer.from(`${name.namespace}/${name.name}`);
    const wrapped = publicEncrypt(
        { key: certificate, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256", oaepLabel },
        key,
    );
    const length = Buffer.alloc(2);
    length.writeUInt16BE(wrapped.length);
    const cipher = createCipheriv("aes-256-gcm", key, Buffer.alloc(12));
    const sealed = [cipher.update(value, "utf8"), cipher.final(), cipher.getAuthTag()];
    return Buffer.concat([length, wrapped, ...sealed]).toString("base64");
}
