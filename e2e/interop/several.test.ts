/** Several peers: of a prefix, and of one address, as FRR and GoBGP in one host. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { frrPaths, gobgpJson, requireInstalled, until } from "../lab/index.ts";
import type { LabNode } from "../lab/index.ts";
import { Herald } from "./herald.ts";
import type { PeerOptions } from "./manifests.ts";
import { seenWith } from "./page.ts";
import { isRoot, pair } from "./pair.ts";
import { HTTP, IPV4, configure, established } from "./single.ts";

/** GoBGP in the node of a router that speaks already, AS 64502; `port` -1: it does not listen. */
async function gobgpBeside(
  router: LabNode,
  { port, address, passive }: { readonly port: number; readonly address: string; readonly passive: boolean },
): Promise<void> {
  await requireInstalled([{ program: "gobgpd", debian: "gobgpd" }]);
  const file = join(router.folder, "beside.yml");
  const transport = { config: { "passive-mode": passive, "local-address": address } };
  const timers = { config: { "connect-retry": 5, "idle-hold-time-after-reset": 5 } };
  const neighbor = { config: { "neighbor-address": "10.0.0.11", "peer-as": 64500 }, transport, timers };
  const config = { as: 64502, "router-id": "10.0.0.2", port };
  writeFileSync(file, JSON.stringify({ global: { config }, neighbors: [neighbor] }));
  const task = router.spawn("gobgpd", ["-f", file, "-t", "json", "--pprof-disable"], { name: "gobgpd" });
  await until("gobgpd to answer", () => gobgpJson(router, "neighbor"), { seen: () => task.output() });
}

async function gobgpHas(router: LabNode): Promise<true | undefined> {
  const rib = await gobgpJson(router, "global rib -a ipv4");
  return Object.keys(rib ?? {}).includes("10.20.0.0/32") || undefined;
}

function range(listenLimit: number): PeerOptions {
  const spec = { peerAddress: undefined, listenRange: "10.0.0.0/29", listenLimit };
  return { ...IPV4, spec: { ...spec, peerASN: undefined, dynamicASN: "external" } };
}

if (isRoot(t)) {
  t.test("a range of peers, signed: FRR connects and is a peer by its address", async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    const spec = { peerAddress: undefined, listenRange: "10.0.0.0/29", listenLimit: 1 };
    const more = ["--bgp-listen", ":179"];
    const herald = new Herald(speaker, [{ ...IPV4, password: "the-key", spec }], 1, { ...HTTP, more });
    await until("the listener", () => /serving http/.test(herald.task.output()) || undefined);
    const own = ["no neighbor 10.0.0.11 passive", "neighbor 10.0.0.11 timers connect 1"];
    await configure(router, ...own, "neighbor 10.0.0.11 password not-the-key");
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    t.equal(herald.sessions, 0, "with another key there is no session");
    await configure(router, "neighbor 10.0.0.11 password the-key");
    await until("the session", () => herald.sessions > 0 || undefined, { seen: () => herald.task.output() });
    const peers = JSON.parse(await herald.run("bgp", "peers", "-o", "json")) as readonly object[];
    t.match(peers, [{ peer: "router 10.0.0.1", state: "Established", connection: /→ 10\.0\.0\.11:179$/, routes: 1 }]);
    await until("the route", async () => ((await frrPaths(router, 4)).length === 1 ? true : undefined));
    await seenWith(t, "FRR", "Ranges of peers, TCP MD5 for a prefix");
  });

  t.test("a range has no more peers than its limit: the second one waits until there is room", async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    await router.exec("ip", ["address", "add", "10.0.0.2/24", "dev", "speaker"]);
    const own = ["no neighbor 10.0.0.11 passive", "neighbor 10.0.0.11 timers connect 1"];
    await configure(router, ...own);
    const more = ["--bgp-listen", ":179"];
    const herald = new Herald(speaker, [range(1)], 1, { ...HTTP, more });
    const seen = { seen: () => herald.task.output() };
    await until("FRR's session", () => herald.sessions === 1 || undefined, seen);
    await gobgpBeside(router, { port: -1, address: "10.0.0.2", passive: false });
    await until(
      "the second to be turned away",
      () => /range is full.*10\.0\.0\.2/.test(herald.task.output()) || undefined,
      {
        ...seen,
        timeoutMs: 40_000,
      },
    );
    t.equal(herald.sessions, 1);
    herald.configure([range(2)], 1);
    await until("the second session", () => herald.sessions === 2 || undefined, { ...seen, timeoutMs: 40_000 });
    const peers = JSON.parse(await herald.run("bgp", "peers", "-o", "json")) as readonly { readonly peer: string }[];
    t.same(peers.map(({ peer }) => peer).sort(), ["router 10.0.0.1", "router 10.0.0.2"]);
    await until("the route in GoBGP", async () => gobgpHas(router), seen);
    await seenWith(t, "GoBGP", "Ranges of peers, with a limit");
  });

  t.test("two peers at one address that differ in their port: FRR and GoBGP, both up", async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    await gobgpBeside(router, { port: 1179, address: "10.0.0.1", passive: true });
    const other = { ...IPV4, name: "other", spec: { peerPort: 1179, peerASN: 64502 } };
    const herald = new Herald(speaker, [IPV4, other], 1, HTTP);
    const seen = { seen: () => herald.task.output() };
    await until("both sessions", () => herald.sessions === 2 || undefined, seen);
    const peers = JSON.parse(await herald.run("bgp", "peers", "-o", "json")) as readonly object[];
    t.match(peers, [
      { peer: "other", address: "10.0.0.1:1179", state: "Established", remoteAs: 64502 },
      { peer: "router", address: "10.0.0.1:179", state: "Established", remoteAs: 64501 },
    ]);
    t.match(await herald.run("bgp", "peers"), /10\.0\.0\.1:1179 .*Established[^]*10\.0\.0\.1:179 .*Established/);
    await until("the route in FRR", async () => ((await frrPaths(router, 4)).length === 1 ? true : undefined), seen);
    await until("the route in GoBGP", async () => gobgpHas(router), seen);
    await seenWith(t, "FRR", "Two peers at one address, by their ports");
    await seenWith(t, "GoBGP", "Two peers at one address, by their ports");
  });

  t.test("two peers at one address that differ in their port are two: one of them may be down", async (t) => {
    const { speaker } = await pair(t, "pair.clab.yml");
    const herald = new Herald(speaker, [IPV4, { ...IPV4, name: "other", spec: { peerPort: 1179 } }], 1, HTTP);
    await established(herald);
    const peers = JSON.parse(await herald.run("bgp", "peers", "-o", "json")) as readonly object[];
    t.match(peers, [
      { peer: "other", address: "10.0.0.1:1179", lastError: { text: /refused/ } },
      { peer: "router", address: "10.0.0.1:179", state: "Established" },
    ]);
  });
}
