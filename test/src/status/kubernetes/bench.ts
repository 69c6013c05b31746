/** The sink on an API server in memory, and a source that shows it when a test says so. */
import { parseObject } from "../../../../src/api/parse.ts";
import { serviceView } from "../../../../src/intent/views.ts";
import type { Address } from "../../../../src/model/address.ts";
import type { ServiceView } from "../../../../src/model/service.ts";
import { kubernetesSink } from "../../../../src/status/kubernetes/index.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { MemoryApi } from "../../../support/memory-api.ts";
import { settled } from "../../../support/memory-cluster.ts";
import { recordingLog } from "../../../support/recording-log.ts";

export const V4: Address = { family: 4, value: 0xc0000201n };
export const V4B: Address = { family: 4, value: 0xc0000202n };
export const V6: Address = { family: 6, value: 0x20010db8000000000000000000000001n };
export const SERVICE = "/api/v1/namespaces/shop/services/web";
export const NAMESPACE = "metallb-system";

function pathOf(service: string): string {
  const [namespace = "", name = ""] = service.split("/");
  return `/api/v1/namespaces/${namespace}/services/${name}`;
}

export function decode(value: unknown): ServiceView | undefined {
  const { metadata } = value as { metadata: { namespace: string; name: string; uid: string } };
  const { namespace, name, uid } = metadata;
  const { object } = parseObject({
    ref: { group: "", kind: "Service", namespace, name, uid },
    apiVersion: "v1",
    value,
  });
  return object?.kind === "Service" ? serviceView(object).view : undefined;
}

/** What is under way comes to its end, or waits for the clock. */
async function settle(): Promise<void> {
  for (let i = 0; i < 10; i++) await settled();
}

export function api() {
  const server = new MemoryApi();
  const clock = new FakeClock();
  const { log, records } = recordingLog();
  const views = new Map<string, ServiceView>();
  const view = (service: string): ServiceView | undefined => views.get(service);
  const fence = { open: true };
  const sink = kubernetesSink({
    client: server,
    namespace: NAMESPACE,
    clock,
    random: () => 0,
    log,
    view,
    decode,
    uidOfNode: (node) => (node === "n1" ? "uid-n1" : undefined),
    canWrite: () => fence.open,
  });
  /** A Service as somebody writes it. */
  const service = (metadata: object = {}, ingress?: readonly object[], key = "shop/web", spec: object = {}): void => {
    const [namespace = "", name = ""] = key.split("/");
    server.put(pathOf(key), {
      metadata: { namespace, name, ...metadata },
      spec: { type: "LoadBalancer", ports: [{ port: 80 }], ...spec },
      ...(ingress === undefined ? {} : { status: { loadBalancer: { ingress } } }),
    });
  };
  /** The source sees what is there. */
  const watch = (key: string): void => {
    const view = decode(server.objects.get(pathOf(key)));
    if (view !== undefined) views.set(key, view);
  };
  service();
  return {
    server,
    clock,
    log,
    view,
    records,
    fence,
    sink,
    service,
    watch,
    forget: (key: string) => views.delete(key),
    settle,
  };
}
