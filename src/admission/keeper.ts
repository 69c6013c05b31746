/** Keeps the webhook's certificates good, and the API server trusting them, whoever else writes to its configuration. */
import type { Logger } from "../log/index.ts";
import type { Clock, Timer } from "../net/clock.ts";
import { ApiError } from "../net/kubernetes/client.ts";
import type { ApiClient } from "../net/kubernetes/client.ts";
import type { Certified } from "../net/x509.ts";
import { Reader } from "../source/kubernetes/reader.ts";
import { Queue } from "../status/queue.ts";
import { bundleIn, dataOf, renewed } from "./bundle.ts";
import type { Bundle } from "./bundle.ts";

export interface KeeperOptions {
  readonly client: ApiClient;
  readonly namespace: string;
  /** Of the Secret, the Service and the ValidatingWebhookConfiguration. */
  readonly secret: string;
  readonly service: string;
  readonly configuration: string;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly log: Logger;
  /** What to serve with from now on. */
  readonly changed: (server: Certified) => void;
}

/** Milliseconds between two looks at the Secret: another replica may have renewed it, and time goes on. */
const RECHECK = 60_000;
const CONFIGURATIONS = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
const FIELD_MANAGER = { fieldManager: "herald" };

interface Webhook {
  readonly name: string;
  readonly clientConfig?: { readonly caBundle?: string };
}

export class Keeper {
  readonly #options: KeeperOptions;
  readonly #queue: Queue;
  readonly #reader: Reader;
  #bundle: Bundle | undefined;
  /** Of the configuration as last seen; empty while there is none. */
  #webhooks: readonly Webhook[] = [];
  #timer: Timer | undefined;

  constructor(options: KeeperOptions) {
    const { client, clock, random, log, configuration } = options;
    this.#options = options;
    this.#queue = new Queue({
      clock,
      random,
      parallel: 1,
      interval: 1000,
      work: (key) => (key === "secret" ? this.#keepSecret() : this.#keepTrust()),
      failed: ({ key, error, attempts }) => {
        // Another replica may have been quicker.
        if (error instanceof ApiError && error.status === 409 && attempts < 5) return;
        const text = error instanceof Error ? error.message : String(error);
        log.warn("webhook certificates not kept; trying again", { what: key, error: text });
      },
    });
    this.#reader = new Reader({
      client,
      clock,
      random,
      locate: () => Promise.resolve({ path: CONFIGURATIONS, version: "v1" }),
      selection: { query: { fieldSelector: `metadata.name=${configuration}` } },
      taker: {
        asks: () => undefined,
        listing: () => undefined,
        object: (value) => this.#see(webhooksOf(value)),
        removed: () => this.#see([]),
        listed: () => undefined,
        absent: () => undefined,
        failed: ({ message }) =>
          log.warn("webhook certificates not kept; trying again", { what: "trust", error: message }),
        works: () => undefined,
      },
    });
    this.#look();
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    await Promise.all([this.#reader.close(), this.#queue.close()]);
  }

  #look(): void {
    this.#queue.add("secret");
    this.#timer = this.#options.clock.setTimer(RECHECK, () => this.#look());
  }

  #see(webhooks: readonly Webhook[]): void {
    this.#webhooks = webhooks;
    this.#queue.add("trust");
  }

  async #keepSecret(): Promise<void> {
    const { client, clock, namespace, secret: name, service, changed } = this.#options;
    const collection = `/api/v1/namespaces/${encodeURIComponent(namespace)}/secrets`;
    const path = `${collection}/${encodeURIComponent(name)}`;
    const found = await client.request<SecretFound>({ method: "GET", path }).catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 404) return undefined;
      throw error;
    });
    const host = `${service}.${namespace}.svc`;
    const before = bundleIn(found?.data);
    const bundle = await renewed(before, [host, `${host}.cluster.local`], clock.wall());
    if (bundle !== before) {
      const metadata = { name, namespace, ...(found && { resourceVersion: found.metadata.resourceVersion }) };
      const body = { apiVersion: "v1", kind: "Secret", metadata, type: "Opaque", data: dataOf(bundle) };
      const method = found === undefined ? "POST" : "PUT";
      await client.request({ method, path: found === undefined ? collection : path, query: FIELD_MANAGER, body });
    }
    if (bundle.server.certificate !== this.#bundle?.server.certificate) changed(bundle.server);
    this.#bundle = bundle;
    this.#queue.add("trust");
  }

  async #keepTrust(): Promise<void> {
    if (this.#bundle === undefined) return;
    const caBundle = dataOf(this.#bundle)["ca.crt"];
    const wrong = this.#webhooks.filter(({ clientConfig }) => clientConfig?.caBundle !== caBundle);
    if (wrong.length === 0) return;
    const { client, configuration } = this.#options;
    await client.request({
      method: "PATCH",
      path: `${CONFIGURATIONS}/${encodeURIComponent(configuration)}`,
      query: FIELD_MANAGER,
      contentType: "application/strategic-merge-patch+json",
      body: { webhooks: wrong.map(({ name }) => ({ name, clientConfig: { caBundle } })) },
    });
  }
}

interface SecretFound {
  readonly metadata: { readonly resourceVersion: string };
  readonly data?: unknown;
}

function webhooksOf(value: unknown): readonly Webhook[] {
  const webhooks: unknown = typeof value === "object" && value !== null ? Reflect.get(value, "webhooks") : undefined;
  return Array.isArray(webhooks) ? webhooks.filter(isWebhook) : [];
}

function isWebhook(value: unknown): value is Webhook {
  return typeof value === "object" && value !== null && typeof Reflect.get(value, "name") === "string";
}
