/** Who may talk to the lab's API server: users with a static token each, and their kubeconfig files. */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { stringify } from "yaml";

/** The users that Kubernetes' own roles are bound to, and one that may do everything. */
const GROUPS = {
  admin: "system:masters",
  "kube-controller-manager": "system:masters",
  "kube-scheduler": "",
  "kube-proxy": "",
} as const;
export type User = keyof typeof GROUPS;
export const USERS = Object.keys(GROUPS) as readonly User[];

/** A line of `--token-auth-file`. */
export function tokenLine(user: User, token: string): string {
  return `${token},${user === "admin" ? user : `system:${user}`},${user},"${GROUPS[user]}"`;
}

export function newToken(): string {
  return randomBytes(16).toString("hex");
}

/** The key that signs the tokens of ServiceAccounts, as a PEM file. */
export function writeSigningKey(file: string): void {
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writeFileSync(file, privateKey.export({ type: "sec1", format: "pem" }), { mode: 0o600 });
}

/** `ca` is a file of certificates. */
export function writeKubeconfig(file: string, server: string, ca: string, user: string, token: string): void {
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "lab", cluster: { server, "certificate-authority": ca } }],
    users: [{ name: user, user: { token } }],
    contexts: [{ name: "lab", context: { cluster: "lab", user } }],
    "current-context": "lab",
  };
  writeFileSync(file, stringify(config), { mode: 0o600 });
}
