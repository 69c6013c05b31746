/**
 * Where the API server is and how to show who we are, by @kubernetes/client-node: kubeconfig with tokens, certificates,
 * exec plugins and OIDC, or the ServiceAccount of the pod. The package is loaded when it is first asked for.
 */
import { readFileSync } from "node:fs";
import type { RequestOptions } from "node:https";
import type { KubeConfig } from "@kubernetes/client-node";
import type { Clock } from "../clock.ts";
import { explainSystemError } from "../errors.ts";
import type { Access, Credentials } from "./http-client.ts";

export interface ClusterOptions {
  /** A kubeconfig file. Absent: as kubectl finds one (KUBECONFIG, ~/.kube/config), else the pod's ServiceAccount. */
  readonly kubeconfig?: string;
  /** The pod's ServiceAccount, with its files below this folder in place of the root. */
  readonly inCluster?: string;
  readonly clock: Clock;
}

export interface ClusterCredentials extends Credentials {
  /** The namespace of the context, or of the ServiceAccount. */
  readonly namespace?: string;
}

/** Milliseconds for which files and caches are not asked again. A 401 asks them at once. */
const FRESH_MS = 10_000;

/** Rejects where there is no cluster to be found, with an Error that says what was looked for. */
export async function clusterCredentials(options: ClusterOptions): Promise<ClusterCredentials> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const load = (): KubeConfig => {
    const config = new KubeConfig();
    loadInto(config, options);
    return config;
  };
  return new Cluster(load, options.clock);
}

function loadInto(config: KubeConfig, { kubeconfig, inCluster }: ClusterOptions): void {
  if (inCluster !== undefined) {
    config.loadFromCluster(inCluster);
  } else if (kubeconfig === undefined) {
    config.loadFromDefault();
    // What it takes for granted where it found nothing.
    if (config.currentContext === "loaded-context") {
      throw new Error(
        "no cluster: not in a pod, and neither KUBECONFIG nor ~/.kube/config names one; use --kubeconfig",
      );
    }
  } else {
    loadFile(config, kubeconfig);
  }
  if (config.getCurrentCluster() === null) {
    const name = JSON.stringify(config.currentContext ?? "");
    throw new Error(`kubeconfig: the current context ${name} names no cluster; set current-context`);
  }
  tellPlugin(config);
}

function loadFile(config: KubeConfig, file: string): void {
  try {
    // Asked first: the package says less of a file that it cannot read.
    readFileSync(file);
  } catch (error) {
    throw new Error(`kubeconfig ${file}: ${explainSystemError(error)}`, { cause: error });
  }
  try {
    config.loadFromFile(file);
  } catch {
    // The parser's own error shows lines of the file, and they may hold a token.
    throw new Error(`kubeconfig ${file}: it is no kubeconfig; write clusters, users and contexts as kubectl does`);
  }
}

/** client.authentication.k8s.io has plugins find the cluster in KUBERNETES_EXEC_INFO; some do not run without it. */
function tellPlugin(config: KubeConfig): void {
  const plugin: unknown = config.getCurrentUser()?.exec;
  if (!isRecord(plugin)) return;
  const cluster = config.getCurrentCluster();
  const given = Array.isArray(plugin["env"]) ? plugin["env"] : [];
  const told = plugin["provideClusterInfo"] === true && cluster !== null;
  const info = {
    apiVersion: plugin["apiVersion"] ?? "client.authentication.k8s.io/v1",
    kind: "ExecCredential",
    spec: {
      interactive: false,
      ...(told && { cluster: { server: cluster.server, "certificate-authority-data": cluster.caData } }),
    },
  };
  plugin["env"] = [...given, { name: "KUBERNETES_EXEC_INFO", value: JSON.stringify(info) }];
}

class Cluster implements ClusterCredentials {
  readonly server: string;
  readonly proxy?: string;
  readonly namespace?: string;
  readonly #load: () => KubeConfig;
  readonly #clock: Clock;
  #config: KubeConfig;
  /** The configuration as it was read. */
  #written: string;
  #access: Promise<Access> | undefined;
  /** Of the clock, when `#access` is asked for anew. */
  #staleAt = 0;

  constructor(load: () => KubeConfig, clock: Clock) {
    this.#load = load;
    this.#clock = clock;
    this.#config = load();
    this.#written = this.#config.exportConfig();
    const cluster = this.#config.getCurrentCluster();
    this.server = cluster?.server ?? "";
    if (cluster?.proxyUrl) this.proxy = cluster.proxyUrl;
    const namespace = this.#config.getContextObject(this.#config.currentContext)?.namespace;
    if (namespace) this.namespace = namespace;
  }

  current(): Promise<Access> {
    if (this.#access === undefined || this.#clock.now() >= this.#staleAt) {
      this.#staleAt = this.#clock.now() + FRESH_MS;
      this.#access = this.#ask();
      // A plugin or an issuer that fails is asked again by the next request.
      this.#access.catch(() => (this.#access = undefined));
    }
    return this.#access;
  }

  async renew(): Promise<void> {
    const config = this.#load();
    const written = config.exportConfig();
    this.#access = undefined;
    // What an OIDC issuer gave since is in memory only: reading the same file again would go back to an older token.
    if (oidcSettings(config) !== undefined && written === this.#written) return;
    this.#config = config;
    this.#written = written;
  }

  async #ask(): Promise<Access> {
    const oidc = oidcSettings(this.#config);
    const refreshToken = oidc?.["refresh-token"];
    const options: RequestOptions = {};
    await this.#config.applyToHTTPSOptions(options);
    if (oidc !== undefined) {
      // An issuer need not give a new refresh token: then the old one stays good.
      oidc["refresh-token"] ??= refreshToken;
      this.#staleAt = this.#clock.now() + Math.max(FRESH_MS, lifetime(oidc["id-token"], this.#clock.wall()) - FRESH_MS);
    }
    return accessOf(options);
  }
}

/** What the user's entry says of its OIDC issuer; the package keeps the tokens it got there. */
function oidcSettings(config: KubeConfig): Record<string, unknown> | undefined {
  const provider: unknown = config.getCurrentUser()?.authProvider;
  if (!isRecord(provider) || provider["name"] !== "oidc") return undefined;
  const { config: settings } = provider;
  return isRecord(settings) ? settings : undefined;
}

/** Milliseconds that a JSON Web Token is still good for; 0 where it does not say. */
function lifetime(token: unknown, wall: number): number {
  try {
    const payload: unknown = JSON.parse(Buffer.from(String(token).split(".")[1] ?? "", "base64url").toString());
    return isRecord(payload) && typeof payload["exp"] === "number" ? payload["exp"] * 1000 - wall : 0;
  } catch {
    return 0;
  }
}

function accessOf({ headers = {}, auth, ca, cert, key, rejectUnauthorized, servername }: RequestOptions): Access {
  const texts = Object.entries(Array.isArray(headers) ? {} : headers).map(([name, value]): [string, string] => [
    name.toLowerCase(),
    String(value).trim(),
  ]);
  if (auth) texts.push(["authorization", `Basic ${Buffer.from(auth).toString("base64")}`]);
  return {
    headers: Object.fromEntries(texts),
    tls: {
      ...pem("ca", ca),
      ...pem("cert", cert),
      ...pem("key", key),
      ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
      ...(servername === undefined ? {} : { servername }),
    },
  };
}

function pem<K extends string>(name: K, value: unknown): Partial<Record<K, string>>;
function pem(name: string, value: unknown): Record<string, string> {
  return typeof value === "string" || Buffer.isBuffer(value) ? { [name]: value.toString() } : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
