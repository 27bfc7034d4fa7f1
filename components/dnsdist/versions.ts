export const images = {
    // 2.1.1 fixes CVE-2026-52682. Compiled with every protocol that dnsdist speaks: DoT, DoH, DoQ and DoH3.
    dnsdist: "docker.io/powerdns/dnsdist-21:2.1.3",
} as const;
