/** What is read of a cluster, and what of it is told. */
import t from "tap";
import { ApiError } from "../../../../src/net/kubernetes/client.ts";
import {
  configured,
  DOWN,
  NODES,
  PEERS,
  pool,
  POOLS,
  readCluster,
  SECRETS,
  service,
  SERVICES,
  SLICES,
  tinyCluster,
} from "../../../support/cluster-source.ts";
import { TinyKube } from "../../../support/tiny-kube.ts";

function node(heartbeat: string, ready: string) {
  return {
    metadata: { name: "a", annotations: { heartbeat } },
    status: { conditions: [{ type: "Ready", status: ready, lastHeartbeatTime: heartbeat }] },
  };
}

function slice(name: string, labels: object) {
  return { metadata: { name, namespace: "shop", labels }, endpoints: [] };
}

t.test("what is there is told, then that it is all, then each change", async (t) => {
  const kube = tinyCluster();
  kube.put(SERVICES, service("web"));
  kube.put(POOLS, pool("first"));
  const { told } = await readCluster(t, kube);
  const first = await told();
  t.same(first.toSorted(), ["+ IPAddressPool metallb-system/first", "+ Service shop/web", "synced"]);
  t.equal(first.at(-1), "synced");
  kube.put(SERVICES, service("db"));
  kube.delete(SERVICES, "shop/web");
  t.same(await told(), ["+ Service shop/db", "- Service shop/web"]);
});

t.test("of an object only what is read is kept, with uid and version", async (t) => {
  const kube = tinyCluster();
  const annotations = { "metallb.io/address-pool": "a", "kubectl.kubernetes.io/last-applied-configuration": "{}" };
  kube.put(SERVICES, service("web", { sessionAffinity: "None" }, { annotations }));
  const { objects } = await readCluster(t, kube);
  t.same(
    [...objects.values()],
    [
      {
        ref: { group: "", kind: "Service", namespace: "shop", name: "web", uid: "uid-101" },
        apiVersion: "v1",
        key: "shop/web",
        cut: true,
        value: {
          metadata: { annotations: { "metallb.io/address-pool": "a" }, resourceVersion: "101" },
          spec: { type: "LoadBalancer", ports: [{ port: 80, protocol: "TCP" }] },
        },
      },
    ],
  );
});

t.test("a change of what is not read is no event", async (t) => {
  const kube = tinyCluster();
  kube.put(NODES, node("10:00", "True"));
  const { told } = await readCluster(t, kube, "speaker");
  t.same(await told(), ["+ Node a", "synced"]);
  kube.put(NODES, node("10:01", "True"));
  t.same(await told(), []);
  kube.put(NODES, node("10:02", "False"));
  t.same(await told(), ["+ Node a"]);
});

t.test("Services are selected by type where the server can, and here where it cannot", async (t) => {
  for (const selectsServices of [true, false]) {
    for (const streamingLists of [true, false]) {
      const kube = tinyCluster();
      Object.assign(kube, { selectsServices, streamingLists });
      kube.put(SERVICES, service("web"));
      kube.put(SERVICES, service("inner", { type: "ClusterIP" }));
      const { told, clock } = await readCluster(t, kube);
      t.same(await told(), ["+ Service shop/web", "synced"]);
      t.equal(clock.now(), 0, "and there is no waiting");
      kube.put(SERVICES, service("web", { type: "ClusterIP" }));
      t.same(await told(), ["- Service shop/web"], "one that is no load balancer any more is gone");
      kube.put(SERVICES, service("web"));
      kube.put(SERVICES, service("inner", { type: "NodePort" }));
      t.same(await told(), ["+ Service shop/web"]);
      const last = kube.asked.findLast((asked) => asked.includes(SERVICES)) ?? "";
      t.equal(last.includes("fieldSelector=spec.type=LoadBalancer"), selectsServices);
      t.equal(last.includes("sendInitialEvents"), streamingLists);
    }
  }
});

t.test("a long list is read page by page", async (t) => {
  const kube = tinyCluster();
  kube.streamingLists = false;
  for (let at = 0; at < 1201; at += 1) kube.put(SERVICES, service(`web-${at}`));
  const { told, objects } = await readCluster(t, kube);
  t.equal((await told()).length, 1202);
  t.equal(objects.size, 1201);
  t.equal(kube.asked.filter((asked) => asked.startsWith(`GET ${SERVICES}`)).length, 3);
});

t.test("slices of headless Services are not asked for", async (t) => {
  const kube = tinyCluster();
  kube.put(SLICES, slice("web-1", { "kubernetes.io/service-name": "web" }));
  kube.put(SLICES, slice("db-1", { "service.kubernetes.io/headless": "" }));
  const { told } = await readCluster(t, kube, "speaker");
  t.same(await told(), ["+ EndpointSlice shop/web-1", "synced"]);
});

t.test("objects of metallb.io in other namespaces do not count", async (t) => {
  const kube = tinyCluster();
  kube.put(POOLS.replace("metallb-system", "other"), configured("IPAddressPool", "first", { addresses: [] }));
  const { told } = await readCluster(t, kube);
  t.same(await told(), ["synced"]);
});

t.test("a kind is read in the best version that the server has", async (t) => {
  const peer = { myASN: 64_512, peerASN: 64_512, peerAddress: "192.0.2.1" };
  for (const version of ["v1beta1", "v1beta2"]) {
    const kube = new TinyKube();
    kube.define(`metallb.io/${version}`, "bgppeers");
    const path = PEERS.replace("v1beta2", version);
    kube.put(path, configured("BGPPeer", "tor", peer));
    const { told, objects } = await readCluster(t, kube);
    t.same(await told(), ["+ BGPPeer metallb-system/tor", "synced"]);
    t.match([...objects.values()], [{ apiVersion: `metallb.io/${version}` }]);
  }
});

t.test("a definition that is missing keeps nothing waiting; what it brings later counts", async (t) => {
  const kube = new TinyKube();
  const { told, pass, records } = await readCluster(t, kube);
  t.same(await told(), ["synced"]);
  t.equal(records.filter(({ msg }) => msg === "the API server has no such kind; looking again").length, 6);
  kube.define("metallb.io/v1beta1", "ipaddresspools");
  kube.put(POOLS, pool("first"));
  await pass(10_000);
  t.same(await told(), ["+ IPAddressPool metallb-system/first"]);
});

t.test(
  "objects that go with their definition count until they are back, or it is back for a minute without them",
  async (t) => {
    for (const ending of ["while watched", "while the server is down"]) {
      const kube = tinyCluster();
      for (const name of ["a", "b"]) kube.put(POOLS, pool(name));
      const { told, pass, records } = await readCluster(t, kube);
      await told();
      if (ending === "while watched") {
        kube.undefine("metallb.io/v1beta1", "ipaddresspools");
        await told();
        kube.forget("metallb.io/v1beta1", "ipaddresspools");
      } else {
        kube.fault = () => DOWN;
        kube.end(POOLS, DOWN);
        await told();
        kube.undefine("metallb.io/v1beta1", "ipaddresspools");
        kube.forget("metallb.io/v1beta1", "ipaddresspools");
        kube.fault = () => undefined;
      }
      kube.end(POOLS);
      await pass(600_000, 100);
      t.same(await told(), [], ending);
      t.equal(records.filter(({ msg }) => msg === "objects kept: their definition is removed").length, 1);
      kube.define("metallb.io/v1beta1", "ipaddresspools");
      await pass(20_000);
      t.same(await told(), []);
      kube.put(POOLS, pool("a"));
      t.same(await told(), ["+ IPAddressPool metallb-system/a"]);
      await pass(60_000);
      t.same(await told(), ["- IPAddressPool metallb-system/b"]);
    }
  },
);

t.test("an object of a definition that stays is gone at once when it is deleted", async (t) => {
  const kube = tinyCluster();
  kube.put(POOLS, pool("first"));
  const { told, clock } = await readCluster(t, kube);
  await told();
  kube.delete(POOLS, "metallb-system/first");
  t.same(await told(), ["- IPAddressPool metallb-system/first"]);
  t.equal(clock.now(), 0);
});

const peer = (name: string, secret?: string) =>
  configured("BGPPeer", name, {
    myASN: 64_512,
    peerASN: 64_512,
    peerAddress: "192.0.2.1",
    ...(secret === undefined ? {} : { passwordSecret: { name: secret } }),
  });
const secret = (name: string, password: string) => ({
  metadata: { name, namespace: "metallb-system" },
  type: "kubernetes.io/basic-auth",
  data: { username: "bm9ib2R5", password },
});

t.test("a speaker reads the Secrets that its peers name, by name, and no others", async (t) => {
  const kube = tinyCluster();
  kube.put(SECRETS, secret("tor", "b25l"));
  kube.put(SECRETS, secret("other", "dHdv"));
  kube.put(PEERS, peer("tor-1", "tor"));
  kube.put(PEERS, peer("tor-2", "tor"));
  const { told, objects } = await readCluster(t, kube, "speaker");
  const first = await told();
  t.same(
    first.filter((each) => each.includes("Secret")),
    ["+ Secret metallb-system/tor"],
  );
  t.equal(first.at(-1), "synced", "they are read before the first routes are planned");
  t.match(objects.get("/Secret/metallb-system/tor")?.value, { data: { password: "b25l", username: undefined } });
  const paths = kube.asked.filter((each) => each.includes("secrets"));
  t.equal(paths.length, 1);
  t.match(paths[0], `${SECRETS}?fieldSelector=metadata.name=tor&`);
  kube.put(PEERS, peer("tor-1", "other"));
  t.same(await told(), ["+ BGPPeer metallb-system/tor-1", "+ Secret metallb-system/other"]);
  kube.put(PEERS, peer("tor-2"));
  t.same(await told(), ["+ BGPPeer metallb-system/tor-2", "- Secret metallb-system/tor"]);
  kube.put(SECRETS, secret("tor", "eHh4"));
  t.same(await told(), []);
});

t.test("a controller reads no Secret", async (t) => {
  const kube = tinyCluster();
  kube.put(PEERS, peer("tor-1", "tor"));
  const { told } = await readCluster(t, kube, "controller");
  t.same(await told(), ["+ BGPPeer metallb-system/tor-1", "synced"]);
  t.notOk(kube.asked.some((each) => each.includes("secrets")));
});

t.test("a Secret that may not be read keeps nothing waiting", async (t) => {
  const kube = tinyCluster();
  kube.put(PEERS, peer("tor-1", "tor"));
  kube.fault = ({ path }) =>
    path === SECRETS ? new ApiError("forbidden", { status: 403, reason: "Forbidden" }) : undefined;
  const { told, records } = await readCluster(t, kube, "speaker");
  t.same(await told(), ["+ BGPPeer metallb-system/tor-1", "synced"]);
  t.match(
    records.find(({ level }) => level === "warn"),
    { what: "Secret tor", error: "forbidden" },
  );
});

t.test("a closed source tells nothing and leaves nothing behind", async (t) => {
  const kube = tinyCluster();
  const { told, source, clock } = await readCluster(t, kube, "speaker");
  await told();
  await source.close();
  kube.put(SERVICES, service("web"));
  t.same(await told(), []);
  t.equal(kube.watching(SERVICES), 0);
  t.equal(clock.pending, 0);
});

t.test("lists, watches and failures are counted, by kind", async (t) => {
  const kube = tinyCluster();
  const { told, clock, counts, pass } = await readCluster(t, kube);
  await told();
  t.same(
    [counts.get("Service list"), counts.get("Service watch"), counts.get("Service failure")],
    [1, undefined, undefined],
  );
  clock.advance(60_000);
  kube.end(SERVICES);
  await told();
  t.same([counts.get("Service list"), counts.get("Service watch"), counts.get("Service failure")], [1, 1, undefined]);
  kube.end(SERVICES, DOWN);
  await pass(250);
  kube.compact();
  clock.advance(60_000);
  kube.end(SERVICES);
  await told();
  t.same([counts.get("Service list"), counts.get("Service watch"), counts.get("Service failure")], [2, 3, 1]);
  t.equal(counts.get("IPAddressPool list"), 1);
});
