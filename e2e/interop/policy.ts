/** What Herald says of routes and what it takes from a router: the same for every router and for every backend. */
import t from "tap";
import { until } from "../lab/index.ts";
import type { LabNode } from "../lab/index.ts";
import { Herald } from "./herald.ts";
import type { HeraldOptions } from "./herald.ts";
import { advertisement, network, peer, services } from "./manifests.ts";
import type { Manifest } from "./manifests.ts";
import { seenWith } from "./page.ts";
import { isRoot, pair } from "./pair.ts";
import type { Path, Router } from "./router.ts";
import { learns } from "./suite.ts";

const PEER = { name: "router", address: "10.0.0.1", dualStack: true } as const;
const FOUR = "10.20.0.0/32";
const SIX = "fd00:20::/128";

/** Bytes per second for each endpoint. */
const UNIT = 125_000;

const RICH = {
  communities: ["64500:100", "no-export", "large:64500:1:100"],
  extendedCommunities: ["rt:64500:1", "soo:64500:7"],
  med: 5,
  asPathPrepend: 2,
  origin: "egp",
  nextHop: "10.0.0.99",
  weightByEndpoints: "transitive",
};

/** What a router then holds. */
function rich(prefix: string, endpoints: number): Path {
  return {
    prefix,
    nextHop: prefix.includes(":") ? "fd00::99" : "10.0.0.99",
    asPath: "64500 64500 64500",
    origin: "EGP",
    communities: ["64500:100", "no-export"],
    largeCommunities: ["64500:1:100"],
    extendedCommunities: ["rt:64500:1", "soo:64500:7", `bandwidth:${endpoints * UNIT}`],
    med: 5,
  };
}

/** As many Services with externalTrafficPolicy Local and that many endpoints on the speaker's node, one elsewhere. */
function local(count: number, endpoints: number): Manifest[] {
  const places = ["elsewhere", ...Array.from({ length: endpoints }, () => "speaker")];
  const ready = places.map((nodeName, index) => ({
    addresses: [`10.244.0.${index + 1}`],
    nodeName,
    conditions: { ready: true },
  }));
  return services(count).map((one) =>
    one.kind === "Service"
      ? { ...one, spec: { ...one.spec, externalTrafficPolicy: "Local" } }
      : { ...one, endpoints: ready },
  );
}

export interface Side {
  readonly topology: string;
  /** What besides says which backend speaks. */
  readonly options?: (speaker: LabNode) => HeraldOptions;
  /** Backends that drive a daemon lack some of it. */
  readonly lacks?: ReadonlySet<"next-hop-ipv6">;
}

export function keepsToPolicy(router: Router, side: Side = { topology: router.topology }): void {
  if (!isRoot(t)) return;
  const { options = (): HeraldOptions => ({}), lacks = new Set() } = side;
  const isNative = side.options === undefined;
  const ownNextHop = lacks.has("next-hop-ipv6");

  t.test(`${router.name}: routes carry what their advertisement says`, async (t) => {
    const { speaker, router: node } = await pair(t, side.topology);
    const herald = new Herald(speaker, [PEER], 0, options(speaker));
    const spec = ownNextHop ? RICH : { ...RICH, nextHopV6: "fd00::99" };
    const write = (endpoints: number): void =>
      herald.write([...network(), peer(PEER), advertisement("rich", spec), ...local(1, endpoints)]);
    const expected = (endpoints: number): Path[] =>
      [FOUR, SIX].map((prefix) => {
        const path = rich(prefix, endpoints);
        return prefix === SIX && ownNextHop ? { ...path, nextHop: "fd00::11" } : path;
      });
    write(2);
    const first = await learns(router, node, herald, [FOUR, SIX]);
    t.same(first, expected(2));
    write(3);
    let last: readonly Path[] = [];
    await until(
      "the bandwidth of three endpoints",
      async () => {
        last = (await router.paths(node)).sort((a, b) => (a.prefix < b.prefix ? -1 : 1));
        return last.every((path) => JSON.stringify(path).includes(`bandwidth:${3 * UNIT}`)) || undefined;
      },
      { seen: () => `${JSON.stringify(last)}\n${herald.task.output()}` },
    );
    t.same(last, expected(3), "a change of endpoints changes the bandwidth and nothing else");
    t.equal(await herald.task.stop(), 0);
    t.notMatch(herald.task.output(), /refused|error/i);
    if (isNative)
      await seenWith(
        t,
        router.name,
        "MED, AS-path prepend, ORIGIN, next hop, extended communities (RFC 4271, 4360)",
        "Link bandwidth (RFC 10005)",
      );
  });

  t.test(`${router.name}: aggregates, with the more specifics beside them or kept back`, async (t) => {
    const { speaker, router: node } = await pair(t, side.topology);
    const herald = new Herald(speaker, [PEER], 0, options(speaker));
    const aggregate = { aggregationLength: 24, aggregationLengthV6: 120 };
    const write = (...advertisements: readonly Manifest[]): void =>
      herald.write([...network(), peer(PEER), ...advertisements, ...services(2)]);
    const nets = ["10.20.0.0/24", "fd00:20::/120"];
    const hosts = [FOUR, "10.20.0.1/32", SIX, "fd00:20::1/128"];
    write(advertisement("net", aggregate));
    await learns(router, node, herald, nets);
    write(advertisement("net", { ...aggregate, moreSpecifics: "announce" }));
    await learns(router, node, herald, [...nets, ...hosts]);
    write(advertisement("net", { ...aggregate, moreSpecifics: "suppress" }), advertisement("hosts", {}));
    await learns(router, node, herald, nets);
    write(advertisement("net", aggregate), advertisement("hosts", {}));
    await learns(router, node, herald, [...nets, ...hosts]);
    t.pass("the router holds what each says");
    if (isNative) await seenWith(t, router.name, "Aggregates, with the more specifics or without");
  });

  t.test(`${router.name}: a router is told only of the prefixes that it is allowed`, async (t) => {
    const { speaker, router: node } = await pair(t, side.topology);
    const herald = new Herald(speaker, [PEER], 0, options(speaker));
    const more = { allowedPrefixes: ["10.20.0.0/31", "fd00:20::2/127"] };
    herald.write([...network(), peer({ ...PEER, spec: more }), advertisement("all", {}), ...services(4)]);
    await learns(router, node, herald, [FOUR, "10.20.0.1/32", "fd00:20::2/128", "fd00:20::3/128"]);
    await until(
      "the reason",
      () =>
        /10\.20\.0\.2\/32 is not announced to router: it is in none of spec\.allowedPrefixes/.test(
          herald.task.output(),
        ) || undefined,
      { seen: () => herald.task.output() },
    );
    t.pass("and the reason for the others is told");
    if (isNative) await seenWith(t, router.name, "A list of prefixes that a peer may be told");
  });

  t.test(
    `${router.name}: what it announces is counted and not taken, and too much of it ends the session`,
    async (t) => {
      const { speaker, router: node } = await pair(t, side.topology);
      const more = { maxReceivedPrefixes: 3, enableGracefulRestart: false };
      const limited = { ...PEER, dualStack: false, spec: more };
      const herald = new Herald(speaker, [limited], 1, options(speaker));
      await learns(router, node, herald, [FOUR]);
      const before = JSON.stringify(await speaker.routes());
      const prefixes = Array.from({ length: 4 }, (_, index) => `172.16.${index}.0/24`);
      await router.announce(node, prefixes.slice(0, 3));
      await learns(router, node, herald, [FOUR, ...prefixes.slice(0, 3)]);
      t.equal(JSON.stringify(await speaker.routes()), before, "the node's kernel has none of it");
      t.equal(await router.told(node), "", "the limit is not passed");
      await router.announce(node, prefixes);
      const told = await until("the router to be told", async () => (await router.told(node)) || undefined, {
        seen: () => herald.task.output(),
      });
      t.match(told, /prefixes|"Code":6,.*"Subcode":1,/i, "Cease/1, in the router's own words");
      t.equal(JSON.stringify(await speaker.routes()), before);
      if (isNative)
        await seenWith(t, router.name, "Received prefixes are counted and limited, with Cease/1 (RFC 4486)");
    },
  );
}
