import type { Test } from "tap";
import { ApiError } from "../../src/net/kubernetes/client.ts";
import { formatRef, refKey } from "../../src/model/object.ts";
import type { RawObject, SourceEvent } from "../../src/model/object.ts";
import { kubernetesSource } from "../../src/source/kubernetes/index.ts";
import type { Role } from "../../src/source/kubernetes/index.ts";
import { FakeClock } from "./fake-clock.ts";
import { recordingLog } from "./recording-log.ts";
import { settled, TinyKube } from "./tiny-kube.ts";

export const SERVICES = "/api/v1/services";
export const SLICES = "/apis/discovery.k8s.io/v1/endpointslices";
export const NODES = "/api/v1/nodes";
export const POOLS = "/apis/metallb.io/v1beta1/namespaces/metallb-system/ipaddresspools";
export const PEERS = "/apis/metallb.io/v1beta2/namespaces/metallb-system/bgppeers";
export const SECRETS = "/api/v1/namespaces/metallb-system/secrets";

export const DOWN = new ApiError("GET: connection refused", { status: 0, reason: "ECONNREFUSED" });

const PLURALS = ["ipaddresspools", "bgpadvertisements", "l2advertisements", "bfdprofiles", "communities"];

/** A server with the definitions of metallb.io. */
export function tinyCluster(): TinyKube {
  const kube = new TinyKube();
  for (const plural of PLURALS) kube.define("metallb.io/v1beta1", plural);
  kube.define("metallb.io/v1beta1", "bgppeers");
  kube.define("metallb.io/v1beta2", "bgppeers");
  return kube;
}

export function service(name: string, more: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}) {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "shop", managedFields: [{ manager: "kubectl" }], ...metadata },
    spec: { type: "LoadBalancer", ports: [{ port: 80, protocol: "TCP", nodePort: 30_080 }], ...more },
  };
}

export function configured(kind: string, name: string, spec: unknown) {
  return { apiVersion: "metallb.io/v1beta1", kind, metadata: { name, namespace: "metallb-system" }, spec };
}

export function pool(name: string) {
  return configured("IPAddressPool", name, { addresses: ["192.0.2.0/24"] });
}

/** A source on a server in memory, and what it told. */
export async function readCluster(t: Test, kube: TinyKube, role: Role = "controller") {
  const clock = new FakeClock();
  const { log, records } = recordingLog();
  const counts = new Map<string, number>();
  const source = kubernetesSource({
    client: kube.client,
    role,
    namespace: "metallb-system",
    clock,
    random: () => 0.5,
    log,
    count: (kind, what) => counts.set(`${kind} ${what}`, (counts.get(`${kind} ${what}`) ?? 0) + 1),
  });
  const told: string[] = [];
  const objects = new Map<string, RawObject>();
  void source.start((event: SourceEvent) => {
    switch (event.type) {
      case "upsert":
        told.push(`+ ${formatRef(event.object.ref)}`);
        objects.set(refKey(event.object.ref), event.object);
        break;
      case "delete":
        told.push(`- ${formatRef(event.ref)}`);
        objects.delete(refKey(event.ref));
        break;
      default:
        told.push(event.type);
    }
  });
  t.teardown(() => source.close());
  await settled();
  return {
    clock,
    source,
    records,
    objects,
    /** Lists, watches and failures: "Service watch". */
    counts,
    /** What was told since the last call. */
    told: async (): Promise<string[]> => {
      await settled();
      return told.splice(0);
    },
    /** Lets time go by in steps, and all that it leads to. */
    pass: async (milliseconds: number, steps = 20): Promise<void> => {
      for (let step = 0; step < steps; step += 1) {
        clock.advance(milliseconds / steps);
        await settled();
      }
    },
  };
}
