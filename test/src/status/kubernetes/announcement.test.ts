import t from "tap";
import { api, NAMESPACE } from "./bench.ts";

const STATUSES = `/apis/metallb.io/v1beta1/namespaces/${NAMESPACE}/servicebgpstatuses`;

function said(service: string, peers: readonly string[], untold: readonly string[] = []) {
  const reasons: readonly string[] = [];
  return { service, node: "n1", peers, reasons, untold };
}

function statuses(server: ReturnType<typeof api>["server"]) {
  return [...server.objects].filter(([path]) => path.startsWith(STATUSES)).map(([, object]) => object);
}

/** Says it, and waits for the end of the burst. */
async function announce({ sink, clock }: ReturnType<typeof api>, status: ReturnType<typeof said>): Promise<void> {
  sink.announcement(status);
  clock.advance(1000);
  await sink.settled();
}

t.test("who is told stands in an object of the node, with whether they have it now", async (t) => {
  const bench = api();
  const { server, clock } = bench;
  await announce(bench, said("shop/web", ["tor-1", "tor-2"], ["tor-2: the session is Connect"]));
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
  await announce(bench, said("shop/web", ["tor-1", "tor-2"]));
  const told = { conditions: [{ type: "Announced", status: "True", lastTransitionTime: "2023-11-14T22:13:23Z" }] };
  t.match(statuses(server)[0]?.["status"], told);
  const before = server.requests.length;
  await announce(bench, said("shop/web", ["tor-1", "tor-2"]));
  t.equal(server.requests.length, before, "the same again is no write");
});

t.test("nobody is told: no object", async (t) => {
  const bench = api();
  const { server } = bench;
  await announce(bench, { ...said("shop/web", []), reasons: ["there are no endpoints"] });
  t.same(server.requests, []);
  await announce(bench, said("shop/web", ["tor-1"]));
  await announce(bench, said("shop/web", []));
  t.same(statuses(server), []);
});

t.test("what an earlier speaker of the node left is taken over, or deleted where it holds no more", async (t) => {
  const first = api();
  for (const name of ["kept", "gone"]) await announce(first, said(`shop/${name}`, ["tor-1"]));
  const { sink, server, clock, settle } = api();
  for (const [path, object] of first.server.objects) if (path.startsWith(STATUSES)) server.put(path, object);
  server.put(`${STATUSES}/bgp-abcde`, {
    metadata: { name: "bgp-abcde", labels: { "metallb.io/node": "n1" } },
    status: { node: "n1", serviceName: "other", serviceNamespace: "shop" },
  });
  sink.announcement(said("shop/kept", ["tor-1"]));
  sink.pruneAnnouncements("n1", new Set(["shop/kept"]));
  await settle();
  clock.advance(1000);
  await settle();
  const names = statuses(server).map(({ status }) => (status as { serviceName: string }).serviceName);
  t.same(names.toSorted(), ["kept", "other"], "what another made is its own business");
  t.equal(server.count("DELETE"), 1);
});

t.test("one that somebody deletes is made again at once", async (t) => {
  const bench = api();
  const { sink, server, settle } = bench;
  sink.pruneAnnouncements("n1", new Set());
  await settle();
  await announce(bench, said("shop/web", ["tor-1"]));
  await announce(bench, said("shop/ended", ["tor-1"]));
  await announce(bench, said("shop/ended", []));
  for (const path of server.objects.keys()) if (path.startsWith(STATUSES)) server.remove(path);
  t.same(statuses(server), []);
  await settle();
  const names = statuses(server).map(({ status }) => (status as { serviceName: string }).serviceName);
  t.same(names, ["web"], "and none that is not announced any more");
  await sink.close();
});

t.test("while one change follows the other nothing is written, for five minutes at most", async (t) => {
  const { sink, server, clock, settle } = api();
  for (let i = 0; i < 310; i++) {
    sink.announcement(said(`shop/web-${i}`, ["tor-1"]));
    await settle();
    if (i < 299) t.same(server.requests, [], `after ${i} s`);
    clock.advance(900);
    clock.advance(99);
  }
  await settle();
  t.ok(server.count("POST") > 10, "then though they go on");
});

t.test("ten thousand Services are written in the background, a few a second", async (t) => {
  const { sink, server, clock, settle } = api();
  for (let i = 0; i < 1000; i++) sink.announcement(said(`shop/web-${i}`, ["tor-1"]));
  await settle();
  t.same(server.requests, [], "routes first");
  for (let i = 0; i < 10; i++) {
    clock.advance(1000);
    await settle();
  }
  t.ok(server.count("POST") <= 220, `${server.count("POST")} objects`);
  t.ok(server.count("POST") >= 100, `${server.count("POST")} objects`);
  t.ok(server.most <= 2);
});

t.test("which Services the last run announced is in its objects", async (t) => {
  const bench = api();
  const { sink, server } = bench;
  for (const name of ["web", "db"]) await announce(bench, said(`shop/${name}`, ["tor-1"]));
  await announce(bench, { ...said("shop/other", ["tor-1"]), node: "n2" });
  server.put(`${STATUSES}/bgp-new`, {
    metadata: { name: "bgp-new", labels: { "metallb.io/node": "n1" } },
    status: { node: "n1", serviceName: "new", serviceNamespace: "shop", peers: [] },
  });
  t.same([...(await sink.announced("n1"))].toSorted(), ["shop/db", "shop/web"]);
});
