/**
 * Credentials of any kubeconfig, by @kubernetes/client-node: tokens, certificates, exec plugins; OIDC in `oidc.ts`. This file is imported
 * when it is needed and not before: the package takes 95 MB and half a second.
 */
import { readFileSync } from "node:fs";
import type { RequestOptions } from "node:https";
import { KubeConfig } from "@kubernetes/client-node";
import type { Clock } from "../clock.ts";
import { explainSystemError } from "../errors.ts";
import type { ClusterCredentials } from "./cluster-credentials.ts";
import type { Access } from "./transport.ts";
import { oidcToken } from "./oidc.ts";
import type { OidcSettings } from "./oidc.ts";

/** Milliseconds for which files and caches are not asked again. A 401 asks them at once. */
const FRESH_MS = 10_000;

/** `file` absent: as kubectl finds one. Throws where there is none, with an Error that says what was looked for. */
export function kubeconfigCredentials({ file, clock }: { file?: string; clock: Clock }): ClusterCredentials {
  return new Kubeconfig(file, clock);
}

function load(file: string | undefined): KubeConfig {
  const config = new KubeConfig();
  if (file !== undefined) loadFile(config, file);
  else config.loadFromDefault();
  // What the package takes for granted where it found nothing.
  if (config.currentContext === "loaded-context") {
    throw new Error("no cluster: not in a pod, and neither KUBECONFIG nor ~/.kube/config names one; use --kubeconfig");
  }
  if (config.getCurrentCluster() === null) {
    const name = JSON.stringify(config.currentContext ?? "");
    throw new Error(`kubeconfig: the current context ${name} names no cluster; set current-context`);
  }
  tellPlugin(config);
  return config;
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

/** A configuration as it was read, with the token that an OIDC issuer gives for it. */
interface Loaded {
  readonly config: KubeConfig;
  readonly written: string;
  readonly oidc?: () => Promise<string | undefined>;
}

class Kubeconfig implements ClusterCredentials {
  readonly server: string;
  readonly proxy?: string;
  readonly namespace?: string;
  readonly #load: () => Loaded;
  readonly #clock: Clock;
  #loaded: Loaded;
  #access: Promise<Access> | undefined;
  /** Of the clock, when `#access` is asked for anew. */
  #staleAt = 0;

  constructor(file: string | undefined, clock: Clock) {
    this.#clock = clock;
    this.#load = () => {
      const config = load(file);
      const written = config.exportConfig();
      const settings = takeOidc(config);
      return { config, written, ...(settings === undefined ? {} : { oidc: oidcToken(settings, clock) }) };
    };
    this.#loaded = this.#load();
    const { config } = this.#loaded;
    const cluster = config.getCurrentCluster();
    this.server = cluster?.server ?? "";
    if (cluster?.proxyUrl) this.proxy = cluster.proxyUrl;
    const namespace = config.getContextObject(config.currentContext)?.namespace;
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
    const loaded = this.#load();
    this.#access = undefined;
    // What an OIDC issuer gave since is in memory only: reading the same file again would go back to an older token.
    if (loaded.oidc !== undefined && loaded.written === this.#loaded.written) return;
    this.#loaded = loaded;
  }

  async #ask(): Promise<Access> {
    const { config, oidc } = this.#loaded;
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options).catch((error: unknown) => {
      const user = JSON.stringify(config.getCurrentUser()?.name ?? "");
      const said = explainSystemError(error).trim() || "it said nothing";
      throw new Error(`kubeconfig: user ${user}: there are no credentials: ${said}`, { cause: error });
    });
    return accessOf(options, await oidc?.());
  }
}

/** Takes the OIDC settings of the user out of the configuration. */
function takeOidc(config: KubeConfig): OidcSettings | undefined {
  const user = config.getCurrentUser();
  const provider: unknown = user?.authProvider;
  if (user === null || !isRecord(provider) || provider["name"] !== "oidc") return undefined;
  Object.assign(user, { authProvider: undefined });
  const { config: settings } = provider;
  return isRecord(settings) ? settings : {};
}

function accessOf(options: RequestOptions, token: string | undefined): Access {
  const { headers = {}, auth, ca, cert, key, rejectUnauthorized, servername } = options;
  const texts = Object.entries(Array.isArray(headers) ? {} : headers).map(([name, value]): [string, string] => [
    name.toLowerCase(),
    String(value).trim(),
  ]);
  if (token !== undefined) texts.push(["authorization", `Bearer ${token}`]);
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
