/** A cluster: its API server is the source, and holds the status. */
import { parseObject } from "../api/parse.ts";
import { serviceView } from "../intent/views.ts";
import type { Logger } from "../log/index.ts";
import type { SourceEvent } from "../model/object.ts";
import type { ServiceView } from "../model/service.ts";
import type { Clock } from "../net/clock.ts";
import { clusterCredentials, counted, httpClient } from "../net/kubernetes/index.ts";
import type { ApiClient } from "../net/kubernetes/index.ts";
import { PassTimes } from "../pass-times.ts";
import { kubernetesSource, OwnPodWatch } from "../source/kubernetes/index.ts";
import { acquireApiLease } from "../status/index.ts";
import type { ApiLease } from "../status/index.ts";
import { caughtUp, kubernetesSink, listStatuses } from "../status/kubernetes/index.ts";
import type { KubernetesSink } from "../status/kubernetes/index.ts";
import type { World } from "../world.ts";
import type { AdmissionOptions, Look, Place, Roles } from "./system.ts";

interface ClusterOptions {
  readonly kubeconfig?: string;
  readonly namespace?: string;
  /** An environment variable; undefined where it is unset or empty. */
  readonly env: (name: string) => string | undefined;
  readonly roles: Roles;
  readonly world: World;
  /** Unique to this process. */
  readonly holder: string;
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly log: Logger;
  /** The agent's own Pod. */
  readonly podName?: string;
}

/** Where MetalLB's manifests put it. */
const NAMESPACE = "metallb-system";
const LEASE = "herald-controller";
/** The ValidatingWebhookConfiguration of config/webhook. */
const WEBHOOK = "herald-webhook";

type Named = Pick<ClusterOptions, "kubeconfig" | "namespace" | "env" | "clock">;

/** Rejects with an Error that says what to do where no cluster is found. */
async function connect({ kubeconfig, namespace: given, env, clock }: Named) {
  const credentials = await clusterCredentials({ env, clock, ...(kubeconfig === undefined ? {} : { kubeconfig }) });
  // The namespace of a kubeconfig's context is where its user works, not where Herald is.
  const namespace = given ?? (kubeconfig === undefined ? credentials.namespace : undefined) ?? NAMESPACE;
  return { client: httpClient({ credentials, clock }), namespace, name: credentials.server };
}

/** Reads everything once, with the rights of whoever asks. */
export async function lookAtCluster(options: Omit<ClusterOptions, "roles" | "world" | "holder">): Promise<Look> {
  const { clock, random, log } = options;
  const { client, namespace, name } = await connect(options);
  const source = kubernetesSource({ client, role: "viewer", namespace, clock, random, log });
  try {
    const events: SourceEvent[] = [];
    await client.request({ method: "GET", path: "/version", timeout: 10_000 });
    await source.start((event) => events.push(event));
    const [states = [], announcements = []] = await Promise.all(
      ["configurationstates", "servicebgpstatuses"].map((plural) => listStatuses(client, namespace, plural)),
    );
    return { name, events, states, announcements };
  } finally {
    await source.close();
    client.close();
  }
}

/** Rejects with an Error that says what to do where no cluster is found. */
export async function clusterPlace(options: ClusterOptions): Promise<Place> {
  const { roles, world, holder, clock, random, log } = options;
  const { client: plain, namespace, name } = await connect(options);
  const { client, requests } = counted(plain);
  const reads = new Map<string, number>();
  const count = (kind: string, what: string): void => {
    reads.set(`${kind} ${what}`, (reads.get(`${kind} ${what}`) ?? 0) + 1);
  };
  const writes = new Map<string, PassTimes>();
  const written = (kind: string, seconds: number): void => {
    const times = writes.get(kind) ?? new PassTimes(() => clock.now());
    writes.set(kind, times);
    times.add(seconds);
  };
  const view = (service: string): ServiceView | undefined => world.services.get(service);
  const reading = { client, clock, log, view, decode: decodeService };
  const open = new Set<KubernetesSink>();
  // Speakers do without what serves it.
  const webhook = roles.controller ? await import("../admission/index.ts") : undefined;
  const own = roles.speaker ? ownPod(options, namespace, client) : undefined;
  let lease: ApiLease | undefined;
  const role = roles.controller ? (roles.speaker ? "run" : "controller") : "speaker";
  return {
    name,
    source: () => kubernetesSource({ client, role, namespace, clock, random, log, count }),
    sinks: () => {
      const sink = kubernetesSink({
        ...reading,
        namespace,
        random,
        uidOfNode: (node) => world.nodes.get(node)?.uid,
        canWrite: () => lease?.canWrite() === true,
        written,
      });
      open.add(sink);
      return sink;
    },
    api: () => ({
      requests,
      reads,
      waiting: added(Array.from(open, (sink) => sink.waiting())),
      writes: new Map(Array.from(writes, ([kind, { counts }]) => [kind, counts])),
    }),
    lease({ lead, lost }) {
      let over = false;
      const end = (reason: string): void => {
        over = true;
        lost(reason);
      };
      const own = acquireApiLease({ client, namespace, name: LEASE, holder, clock, random, log, lost: end });
      lease = own;
      const seen = { ...reading, synced: () => world.synced, over: () => over };
      void own.held.then(() => caughtUp(seen)).then(() => (over ? undefined : lead()));
      return {
        release() {
          over = true;
          return own.release();
        },
      };
    },
    ...(own && { ownPod: () => own.look() }),
    ...(webhook && {
      admission: (at: AdmissionOptions) =>
        webhook.serveWebhook({
          ...at,
          client,
          namespace,
          configuration: WEBHOOK,
          clock,
          random,
          log,
          judge: (ref, raw) => (world.synced ? world.consequences(ref, raw, namespace) : undefined),
        }),
    }),
    close: () => client.close(),
  };
}

/** Looks at the Pod at once, and goes on without it where it may not. */
function ownPod({ podName: name, log }: ClusterOptions, namespace: string, client: ApiClient): OwnPodWatch | undefined {
  if (name === undefined) return undefined;
  const watch = new OwnPodWatch({ client, namespace, name });
  void watch.begin().then((error) => {
    if (error !== undefined) log.warn("own Pod not seen: an uninstall is taken for a restart", { pod: name, error });
  });
  return watch;
}

/** What the source would show of a Service as the API server has it. */
function decodeService(value: unknown): ServiceView | undefined {
  if (typeof value !== "object" || value === null || !("metadata" in value)) return undefined;
  const { metadata } = value;
  if (typeof metadata !== "object" || metadata === null) return undefined;
  const text = (field: string): string => String(Reflect.get(metadata, field) ?? "");
  const ref = { group: "", kind: "Service", namespace: text("namespace"), name: text("name"), uid: text("uid") };
  const { object } = parseObject({ ref, apiVersion: "v1", value });
  return object?.kind === "Service" ? serviceView(object).view : undefined;
}

function added(maps: readonly ReadonlyMap<string, number>[]): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const [key, value] of maps.flatMap((map) => [...map])) sums.set(key, (sums.get(key) ?? 0) + value);
  return sums;
}
