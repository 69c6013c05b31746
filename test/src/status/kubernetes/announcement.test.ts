import t from "tap";
import { api, NAMESPACE } from "./bench.ts";

const STATUSES = `/apis/metallb.io/v1beta1/namespaces/${NAMESPACE}/servicebgpstatuses`;

function said(service: string, peers: readonly string[], untold: readonly string[] = []) {
  return { service, node: "n1", peers, reasons: [], untold };
}

function statuses(server: ReturnType<typeof api>["server"]) {
  return [...server.objects].filter(([path]) => path.startsWith(STATUSES)).map(([, object]) => object);
}

t.test("who is told stands in an object of the node, with whether they have it now", async (t) => {
  const { sink, server, clock } = api();
  await sink.announcement(said("shop/web", ["tor-1", "tor-2"], ["tor-2: the session is Connect"]));
  const [status] = statuses(server);
  t.match(status, {
    kind: "ServiceBGPStatus",
    metadata: {
      namespace: NAMESPACE,
      labels: {
        "metallb.io/node": "n1",
        "metallb.io/service-name": "web",
        "metallb.io/service-namespace": "shop",
      },
      ownerReferences: [{ apiVersion: "v1", kind: "Node", name: "n1", uid: "uid-n1" }],
    },
    status: {
      node: "n1",
      serviceName: "web",
      serviceNamespace: "shop",
      peers: ["tor-1", "tor-2"],
      conditions: [{ type: "Announced", status: "False", message: "tor-2: the session is Connect" }],
    },
  });
  clock.advance(1000);
  await sink.announcement(said("shop/web", ["tor-1", "tor-2"]));
  const told = { conditions: [{ type: "Announced", status: "True", lastTransitionTime: "2023-11-14T22:13:21Z" }] };
  t.match(statuses(server)[0]?.["status"], told);
  const before = server.requests.length;
  await sink.announcement(said("shop/web", ["tor-1", "tor-2"]));
  t.equal(server.requests.length, before, "the same again is no write");
});

t.test("nobody is told: no object", async (t) => {
  const { sink, server } = api();
  await sink.announcement({ ...said("shop/web", []), reasons: ["there are no endpoints"] });
  t.same(server.requests, []);
  await sink.announcement(said("shop/web", ["tor-1"]));
  await sink.announcement(said("shop/web", []));
  t.same(statuses(server), []);
});

t.test("what an earlier speaker of the node left is taken over, or deleted where it holds no more", async (t) => {
  const first = api();
  for (const name of ["kept", "gone"]) await first.sink.announcement(said(`shop/${name}`, ["tor-1"]));
  const { sink, server, settle } = api();
  for (const [path, object] of first.server.objects) if (path.startsWith(STATUSES)) server.put(path, object);
  server.put(`${STATUSES}/bgp-abcde`, {
    metadata: { name: "bgp-abcde", labels: { "metallb.io/node": "n1" } },
    status: { node: "n1", serviceName: "other", serviceNamespace: "shop" },
  });
  void sink.announcement(said("shop/kept", ["tor-1"]));
  await sink.pruneAnnouncements("n1", new Set(["shop/kept"]));
  await settle();
  const names = statuses(server).map(({ status }) => (status as { serviceName: string }).serviceName);
  t.same(names.toSorted(), ["kept", "other"], "what another made is its own business");
  t.equal(server.count("DELETE"), 1);
});

t.test("one that somebody deleted is made again with the next change", async (t) => {
  const { sink, server, clock, settle } = api();
  await sink.announcement(said("shop/web", ["tor-1"]));
  for (const path of server.objects.keys()) if (path.startsWith(STATUSES)) server.objects.delete(path);
  const done = sink.announcement(said("shop/web", ["tor-1", "tor-2"]));
  await settle();
  clock.advance(1000);
  await done;
  t.match(statuses(server)[0]?.["status"], { peers: ["tor-1", "tor-2"] });
});

t.test("ten thousand Services are written in the background, a few a second", async (t) => {
  const { sink, server, clock, settle } = api();
  for (let i = 0; i < 1000; i++) void sink.announcement(said(`shop/web-${i}`, ["tor-1"]));
  for (let i = 0; i < 10; i++) {
    await settle();
    clock.advance(1000);
  }
  await settle();
  t.ok(server.count("POST") <= 220, `${server.count("POST")} objects`);
  t.ok(server.count("POST") >= 100, `${server.count("POST")} objects`);
  t.ok(server.most <= 2);
});

t.test("which Services the last run announced is in its objects", async (t) => {
  const { sink, server, settle } = api();
  for (const name of ["web", "db"]) await sink.announcement(said(`shop/${name}`, ["tor-1"]));
  await sink.announcement({ ...said("shop/other", ["tor-1"]), node: "n2" });
  server.put(`${STATUSES}/bgp-new`, {
    metadata: { name: "bgp-new", labels: { "metallb.io/node": "n1" } },
    status: { node: "n1", serviceName: "new", serviceNamespace: "shop", peers: [] },
  });
  await settle();
  t.same([...(await sink.announced("n1"))].toSorted(), ["shop/db", "shop/web"]);
});
