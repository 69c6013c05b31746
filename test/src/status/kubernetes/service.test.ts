import t from "tap";
import { formatAddress } from "../../../../src/model/address.ts";
import { api, SERVICE, V4, V4B, V6 } from "./bench.ts";

t.test("addresses and the annotation are one write of the status, of the version that was seen", async (t) => {
  const { sink, server, watch } = api();
  watch("shop/web");
  sink.serviceStatus({ service: "shop/web", addresses: [V6, V4], pool: "first" });
  await sink.settled();
  t.same(server.requests, [`PATCH ${SERVICE}/status`]);
  const found = server.objects.get(SERVICE);
  t.same(found?.["status"], {
    loadBalancer: {
      ingress: [
        { ip: "192.0.2.1", ipMode: "VIP" },
        { ip: "2001:db8::1", ipMode: "VIP" },
      ],
    },
  });
  t.same(found?.metadata.annotations, { "metallb.io/ip-allocated-from-pool": "first" });
});

t.test("an equal value writes nothing, before and after the source shows the write", async (t) => {
  const { sink, server, watch } = api();
  const status = { service: "shop/web", addresses: [V4], pool: "first" };
  watch("shop/web");
  for (let i = 0; i < 1000; i++) {
    sink.serviceStatus(status);
    await sink.settled();
  }
  watch("shop/web");
  for (let i = 0; i < 1000; i++) {
    sink.serviceStatus(status);
    await sink.settled();
  }
  t.equal(server.requests.length, 1);
});

t.test("what MetalLB wrote, without ipMode, is not written again", async (t) => {
  const { sink, server, service, watch } = api();
  service({ annotations: { "metallb.io/ip-allocated-from-pool": "first" } }, [{ ip: "192.0.2.1" }]);
  watch("shop/web");
  sink.serviceStatus({ service: "shop/web", addresses: [V4], pool: "first" });
  await sink.settled();
  t.same(server.requests, []);
});

t.test("a Service without an address loses ingress and annotation", async (t) => {
  const { sink, server, service, watch } = api();
  service({ annotations: { "metallb.io/ip-allocated-from-pool": "first", other: "stays" } }, [{ ip: "192.0.2.1" }]);
  watch("shop/web");
  sink.serviceStatus({ service: "shop/web", addresses: [] });
  await sink.settled();
  t.same(server.objects.get(SERVICE)?.["status"], { loadBalancer: {} });
  t.same(server.objects.get(SERVICE)?.metadata.annotations, { other: "stays" });
});

t.test("where only what decides nothing has changed since, the write is made on the new version", async (t) => {
  const { sink, server, service, watch } = api();
  watch("shop/web");
  service({ managedFields: [{ manager: "somebody" }] });
  sink.serviceStatus({ service: "shop/web", addresses: [V4] });
  await sink.settled();
  t.same(server.requests, [`PATCH ${SERVICE}/status`, `GET ${SERVICE}`, `PATCH ${SERVICE}/status`]);
});

t.test("where the Service has changed since, whoever decides says anew what is wanted", async (t) => {
  const { sink, server, service, watch, settle, records } = api();
  watch("shop/web");
  service({ annotations: { "metallb.io/loadBalancerIPs": "192.0.2.2" } });
  sink.serviceStatus({ service: "shop/web", addresses: [V4] });
  await settle();
  t.same(server.requests, [`PATCH ${SERVICE}/status`, `GET ${SERVICE}`]);
  watch("shop/web");
  sink.serviceStatus({ service: "shop/web", addresses: [V4B] });
  await sink.settled();
  t.match(server.objects.get(SERVICE)?.["status"], { loadBalancer: { ingress: [{ ip: formatAddress(V4B) }] } });
  t.same(records, [], "nothing went wrong");
});

t.test("a Service of the same name that came later gets nothing of the earlier one", async (t) => {
  const { sink, server, service, watch, settle } = api();
  watch("shop/web");
  server.objects.delete(SERVICE);
  service();
  sink.serviceStatus({ service: "shop/web", addresses: [V4] });
  await settle();
  t.equal(server.objects.get(SERVICE)?.["status"], undefined);
});

t.test("a Service that went while it was written is let go", async (t) => {
  const { sink, server, watch } = api();
  watch("shop/web");
  server.objects.delete(SERVICE);
  sink.serviceStatus({ service: "shop/web", addresses: [V4] });
  await sink.settled();
  t.same(server.requests, [`PATCH ${SERVICE}/status`]);
});

t.test("nothing is written once the lease may be another's", async (t) => {
  const { sink, server, watch, settle, fence, clock } = api();
  watch("shop/web");
  fence.open = false;
  sink.serviceStatus({ service: "shop/web", addresses: [V4] });
  await settle();
  clock.advance(10_000);
  await settle();
  t.same(server.requests, []);
  fence.open = true;
  clock.advance(30_000);
  await sink.settled();
  t.equal(server.count("PATCH"), 1);
});

t.test("of a thousand Services at most sixteen are written at a time", async (t) => {
  const { sink, server, service, watch } = api();
  const all = Array.from({ length: 1000 }, (_, index) => `shop/web-${index}`);
  for (const each of all) {
    service({}, undefined, each);
    watch(each);
  }
  for (const each of all) sink.serviceStatus({ service: each, addresses: [V4] });
  await sink.settled();
  t.equal(server.requests.length, 1000);
  t.equal(server.most, 16);
});

t.test("a server that is too busy is left alone for as long as it asks", async (t) => {
  const { sink, server, service, watch, clock, settle } = api();
  service({}, undefined, "shop/other");
  watch("shop/web");
  watch("shop/other");
  server.fail(`PATCH ${SERVICE}`, 429, 1, 7000);
  sink.serviceStatus({ service: "shop/web", addresses: [V4] });
  await settle();
  sink.serviceStatus({ service: "shop/other", addresses: [V4B] });
  clock.advance(6999);
  await settle();
  t.equal(server.requests.length, 1);
  clock.advance(1);
  await sink.settled();
  t.equal(server.requests.length, 3);
});

t.test("a server that is away is tried again and said once", async (t) => {
  const { sink, server, service, watch, clock, settle, records } = api();
  service({}, undefined, "shop/other");
  watch("shop/web");
  watch("shop/other");
  server.fail("PATCH", 500, 4);
  sink.serviceStatus({ service: "shop/web", addresses: [V4] });
  sink.serviceStatus({ service: "shop/other", addresses: [V4B] });
  for (let i = 0; i < 4; i++) {
    await settle();
    clock.advance(30_000);
  }
  await sink.settled();
  t.same(
    records.filter(({ level }) => level !== "debug").map(({ msg }) => msg),
    ["status not written; trying again", "status is written again"],
  );
});

t.test("a Service that stopped being a load balancer is cleaned of what it had from us", async (t) => {
  const { sink, server, service, watch, forget } = api();
  const annotations = { "metallb.io/ip-allocated-from-pool": "first" };
  service({ annotations }, [{ ip: "192.0.2.1" }]);
  watch("shop/web");
  service({ annotations }, undefined, "shop/web", { type: "ClusterIP" });
  forget("shop/web");
  sink.forget("shop/web");
  await sink.settled();
  t.same(server.objects.get(SERVICE)?.metadata.annotations, {});
});

t.test("a Service that is gone is asked for once, and one of another's class is left alone", async (t) => {
  const { sink, server, service, watch, forget } = api();
  watch("shop/web");
  service({}, [{ ip: "192.0.2.1" }]);
  forget("shop/web");
  sink.forget("shop/web");
  await sink.settled();
  t.match(server.objects.get(SERVICE)?.["status"], { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } });
  server.objects.delete(SERVICE);
  sink.forget("shop/web");
  await sink.settled();
  t.same(server.requests, [`GET ${SERVICE}`, `GET ${SERVICE}`]);
});
