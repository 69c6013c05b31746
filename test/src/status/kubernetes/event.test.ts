import t from "tap";
import type { ObjectEvent } from "../../../../src/status/index.ts";
import { api, SERVICE, V4 } from "./bench.ts";

const EVENTS = "/api/v1/namespaces/shop/events";
const ALLOCATED: ObjectEvent = {
  ref: { group: "", kind: "Service", namespace: "shop", name: "web", uid: "uid-web" },
  component: "controller",
  type: "Normal",
  reason: "IPAllocated",
  message: 'Assigned IP ["192.0.2.1"]',
};

function about(index: number): ObjectEvent["ref"] {
  return { ...ALLOCATED.ref, name: `web-${index}`, uid: `${index}` };
}

t.test("an event is one that kubectl describe finds, of the component that MetalLB names", async (t) => {
  const { sink, server } = api();
  sink.event({ ...ALLOCATED, component: "speaker", node: "n1" });
  await sink.settled();
  const [event] = [...server.objects].filter(([path]) => path.startsWith(EVENTS)).map(([, object]) => object);
  t.match(event, {
    involvedObject: { apiVersion: "v1", kind: "Service", namespace: "shop", name: "web", uid: "uid-web" },
    type: "Normal",
    reason: "IPAllocated",
    message: 'Assigned IP ["192.0.2.1"]',
    source: { component: "metallb-speaker", host: "n1" },
    reportingComponent: "metallb-speaker",
    firstTimestamp: "2023-11-14T22:13:20Z",
    lastTimestamp: "2023-11-14T22:13:20Z",
    count: 1,
  });
  t.match(event?.metadata.name, /^web\.[0-9a-f]{16}$/);
});

t.test("a thousand times the same is one Event with a count, in few writes", async (t) => {
  const { sink, server, clock } = api();
  for (let i = 0; i < 1000; i++) sink.event(ALLOCATED);
  await sink.settled();
  clock.advance(5000);
  sink.event(ALLOCATED);
  await sink.settled();
  const events = [...server.objects].filter(([path]) => path.startsWith(EVENTS));
  t.equal(events.length, 1);
  t.match(events[0]?.[1], {
    count: 1001,
    firstTimestamp: "2023-11-14T22:13:20Z",
    lastTimestamp: "2023-11-14T22:13:25Z",
  });
  t.equal(server.requests.length, 3);
});

t.test("events come after the addresses of a burst", async (t) => {
  const { sink, server, clock, watch, settle } = api();
  watch("shop/web");
  sink.serviceStatus({ service: "shop/web", addresses: [V4], pool: "first" });
  await sink.settled();
  sink.event(ALLOCATED);
  await settle();
  t.same(server.requests, [`PATCH ${SERVICE}/status`]);
  clock.advance(1000);
  await sink.settled();
  t.equal(server.requests.length, 2);
});

t.test("after a restart the same event is counted on, and one that the server forgot is made again", async (t) => {
  const { sink, server } = api();
  sink.event(ALLOCATED);
  await sink.settled();
  const [path] = [...server.objects.keys()].filter((each) => each.startsWith(EVENTS));
  const again = api();
  again.server.put(path ?? "", { ...server.objects.get(path ?? ""), metadata: { name: "web" } });
  again.sink.event(ALLOCATED);
  await again.sink.settled();
  t.match(again.server.objects.get(path ?? ""), { count: 2 });
  again.server.objects.delete(path ?? "");
  again.sink.event(ALLOCATED);
  await again.sink.settled();
  t.match(again.server.objects.get(path ?? ""), { count: 1 });
});

t.test("an event in a namespace that is going is let go, and one that the server could not take is not", async (t) => {
  const { sink, server, clock, settle } = api();
  server.fail(`POST ${EVENTS}`, 403);
  sink.event(ALLOCATED);
  await sink.settled();
  t.equal(server.requests.length, 1);
  server.fail(`POST ${EVENTS}`, 500);
  sink.event(ALLOCATED);
  sink.event(ALLOCATED);
  await settle();
  clock.advance(30_000);
  await sink.settled();
  const [event] = [...server.objects].filter(([path]) => path.startsWith(EVENTS)).map(([, object]) => object);
  t.match(event, { count: 2 });
});

t.test("what all nodes say is one Event, with the words of the last", async (t) => {
  const { sink, server } = api();
  const shared = { ...ALLOCATED, component: "speaker", reason: "SessionFailed", shared: true } as const;
  sink.event({ ...shared, node: "n1", message: "refused" });
  await sink.settled();
  const path = [...server.objects.keys()].find((each) => each.startsWith(EVENTS)) ?? "";
  const other = api();
  other.server.put(path, { ...server.objects.get(path), metadata: { name: "web" } });
  other.sink.event({ ...shared, node: "n2", message: "no route" });
  await other.sink.settled();
  t.equal([...other.server.objects.keys()].filter((each) => each.startsWith(EVENTS)).length, 1);
  t.match(other.server.objects.get(path), { message: "no route", source: { host: "n2" }, count: 1 });
});

t.test("an event for which the right is lacking is written when it is given", async (t) => {
  const { sink, server, clock, records, settle } = api();
  const right = 'events is forbidden: User "herald" cannot create resource "events" in API group ""';
  server.fail(`POST ${EVENTS}`, 403, 1, undefined, right);
  sink.event(ALLOCATED);
  await settle();
  t.match(records, [{ what: /^Event /, error: /cannot create resource "events"/ }]);
  clock.advance(30_000);
  await sink.settled();
  t.equal(server.count("POST"), 2);
});

t.test("events about what is in no namespace are in default, and long messages are cut", async (t) => {
  const { sink, server } = api();
  const ref = { group: "", kind: "Node", namespace: "", name: "n".repeat(253) };
  sink.event({ ...ALLOCATED, ref, message: "x".repeat(2000) });
  await sink.settled();
  const [path, event] =
    [...server.objects].find(([each]) => each.startsWith("/api/v1/namespaces/default/events/")) ?? [];
  t.equal(path?.split("/").at(-1)?.length, 253);
  t.equal(event?.["message"], `${"x".repeat(1023)}…`);
});

t.test(
  "of many minor events in one burst none is written, of a few all; what the controller says always is",
  async (t) => {
    const { sink, server, settle, clock } = api();
    const assigned = { ...ALLOCATED, component: "speaker", node: "n1", minor: true } as const;
    for (let i = 0; i < 1000; i++) sink.event({ ...assigned, ref: about(i) });
    clock.advance(1000);
    await settle();
    t.equal(server.count("POST"), 0);
    clock.advance(1000);
    for (let i = 0; i < 10; i++) sink.event({ ...assigned, ref: about(i) });
    await settle();
    t.equal(server.count("POST"), 0, "not before the burst is over");
    clock.advance(1000);
    await settle();
    t.equal(server.count("POST"), 10);
    const before = server.requests.length;
    for (let i = 0; i < 1000; i++) sink.event({ ...ALLOCATED, ref: about(i) });
    for (let i = 0; i < 50; i++) {
      await settle();
      clock.advance(1000);
    }
    t.equal(server.requests.length - before, 1000);
  },
);
