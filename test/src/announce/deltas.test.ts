import * as fc from "fast-check";
import t from "tap";
import { BgpAnnouncer } from "../../../src/announce/bgp.ts";
import type { Presence } from "../../../src/announce/bgp.ts";
import { FakeBackend } from "../../../src/backend/fake/index.ts";
import type { BgpAnnouncement, RouteAttributes, ServicePlan } from "../../../src/model/announcement.ts";
import { formatPrefix } from "../../../src/model/address.ts";
import { GRACEFUL_SHUTDOWN, uniteCommunities } from "../../../src/model/communities.ts";
import { ip, net, peer } from "../../support/plan-values.ts";

const NODE = { routerId: 1, nodeAddresses: [ip("192.0.2.1")], nodeName: "n1" };
const PEERS = ["a", "b", "c"];

const routes = fc.uniqueArray(
  fc.record({
    peer: fc.constantFrom(...PEERS),
    prefix: fc.constantFrom("10.0.0.1/32", "10.0.0.2/32", "10.0.0.0/24", "2001:db8::1/128"),
    communities: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
    localPref: fc.option(fc.constantFrom(50, 200), { nil: undefined }),
  }),
  { maxLength: 5, selector: ({ peer, prefix }) => `${peer} ${prefix}` },
);

type Operation =
  | { readonly type: "set"; readonly plan: ServicePlan }
  | { readonly type: "remove"; readonly service: string }
  | { readonly type: "configure"; readonly peers: readonly string[] }
  | { readonly type: "presence"; readonly presence: Presence };

const services = fc.constantFrom("w", "x", "y", "z");
const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(services, routes).map(([service, list]): Operation => {
      const announcements = list.map(({ peer, prefix, communities, localPref }): BgpAnnouncement => {
        const attributes: RouteAttributes = {
          communities: { standard: communities, large: [] },
          ...(localPref !== undefined && { localPref }),
        };
        return { service, peer, prefix: net(prefix), attributes, advertisements: [] };
      });
      return { type: "set", plan: { service, announcements, reasons: [] } };
    }),
  },
  { weight: 3, arbitrary: services.map((service): Operation => ({ type: "remove", service })) },
  { weight: 1, arbitrary: fc.subarray(PEERS).map((peers): Operation => ({ type: "configure", peers })) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom<Presence>("serving", "lowered", "withdrawn")
      .map((presence): Operation => ({ type: "presence", presence })),
  },
);

/** What each peer's router should hold, worked out from nothing but the last plan of each Service. */
function expected(
  plans: ReadonlyMap<string, ServicePlan>,
  peers: readonly string[],
  presence: Presence,
): Record<string, unknown> {
  const whole: Record<string, unknown> = {};
  if (presence === "withdrawn") return whole;
  const lowered = presence === "lowered";
  for (const peer of peers) {
    const asked = [...plans.values()].flatMap(({ announcements }) => announcements.filter((one) => one.peer === peer));
    for (const prefix of new Set(asked.map((one) => formatPrefix(one.prefix)))) {
      const of = asked.filter((one) => formatPrefix(one.prefix) === prefix).map(({ attributes }) => attributes);
      const preferences = of.flatMap(({ localPref }) => localPref ?? []);
      whole[`${peer} ${prefix}`] = {
        communities: uniteCommunities([
          ...of.map(({ communities }) => communities),
          ...(lowered ? [GRACEFUL_SHUTDOWN] : []),
        ]),
        localPref: lowered ? 0 : Math.max(...(preferences.length > 0 ? preferences : [100])),
      };
    }
  }
  return whole;
}

t.test("after any sequence of changes, batched or not, the routers hold the whole state", (t) => {
  fc.assert(
    fc.property(fc.array(fc.array(operation, { minLength: 1, maxLength: 4 }), { maxLength: 12 }), (batches) => {
      const backend = new FakeBackend();
      const announcer = new BgpAnnouncer(backend);
      const plans = new Map<string, ServicePlan>();
      let peers: readonly string[] = ["a", "b"];
      let presence: Presence = "serving";
      const configure = (): void =>
        announcer.configure(
          peers.map((name) => peer(name, { peerAsn: "internal" })),
          NODE,
        );
      configure();
      announcer.start();
      const run = (one: Operation): void => {
        if (one.type === "set") {
          plans.set(one.plan.service, one.plan);
          announcer.setService(one.plan);
        } else if (one.type === "remove") {
          plans.delete(one.service);
          announcer.removeService(one.service);
        } else if (one.type === "presence") {
          presence = one.presence;
          announcer.setPresence(presence);
        } else {
          peers = one.peers;
          configure();
        }
      };
      for (const operations of batches) {
        const before = backend.calls.length;
        if (operations.length === 1) run(operations[0]!);
        else announcer.batch(() => operations.forEach(run));
        t.ok(backend.calls.length - before <= 1, "one call at most");
        const tables = Object.fromEntries(
          PEERS.flatMap((peer) => [...backend.table(peer)].map(([prefix, held]) => [`${peer} ${prefix}`, held])),
        );
        t.same(tables, expected(plans, peers, presence));
        t.same(
          new Set(announcer.routes().map((one) => `${one.peer} ${formatPrefix(one.prefix)}`)),
          new Set(Object.keys(tables)),
        );
      }
    }),
    { numRuns: 60 },
  );
  t.end();
});
