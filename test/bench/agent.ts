/** `herald run` on a folder of its own, on loopback. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onePeer } from "../support/one-peer.ts";

const HERALD = join(import.meta.dirname, "../../bin/herald");

export interface Agent {
  readonly pid: number;
  /** Where its manifests are. */
  readonly folder: string;
  stop(): Promise<void>;
}

export interface AgentOptions {
  /** Written to the folder before it starts. */
  readonly files: Readonly<Record<string, string>>;
  /** HOST:PORT or "off". */
  readonly http: string;
  readonly env?: Readonly<Record<string, string>>;
}

export function startAgent({ files, http, env = {} }: AgentOptions): Agent {
  const home = mkdtempSync(join(tmpdir(), "herald-bench-"));
  const folder = join(home, "config");
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const options = { config: folder, state: join(home, "state"), "node-name": "n1", http, "log-level": "error" };
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  const child = spawn(HERALD, ["run", ...args], {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, ...env },
  });
  const ended = once(child, "close");
  return {
    pid: child.pid ?? 0,
    folder,
    async stop() {
      child.kill("SIGTERM");
      await ended;
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/** A pool, a peer on 127.0.0.1 and an advertisement, and one Service with a local endpoint on node n1. */
export function manifests(peerPort: number): Record<string, string> {
  return {
    "config.yaml": `${onePeer("sink", peerPort)}---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: default}
spec: {type: LoadBalancer, externalTrafficPolicy: Local, ports: [{port: 80}]}
`,
    "slice.json": endpointSlice(["n1"]),
  };
}

/** The endpoints of that Service, one on each of `nodes`. */
export function endpointSlice(nodes: readonly string[]): string {
  const slice = {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name: "web-1", namespace: "default", labels: { "kubernetes.io/service-name": "web" } },
    addressType: "IPv4",
    endpoints: nodes.map((nodeName) => ({ addresses: ["10.1.0.1"], nodeName })),
  };
  return `${JSON.stringify(slice)}\n`;
}
