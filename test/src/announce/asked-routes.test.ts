import t from "tap";
import { AskedRoutes } from "../../../src/announce/asked-routes.ts";
import { prefixKey } from "../../../src/model/address.ts";
import type { BgpAnnouncement, RouteAttributes } from "../../../src/model/announcement.ts";
import { net } from "../../support/plan-values.ts";

const SHARED = prefixKey(net("10.0.0.0/24"));
const OTHER = prefixKey(net("2001:db8::1/128"));
const PLAIN: RouteAttributes = { communities: { standard: [], large: [] } };
const RICH: RouteAttributes = { communities: { standard: [1], large: [] } };

/** Routes written "peer prefix". */
function asked(service: string, carried: RouteAttributes, ...routes: readonly string[]): BgpAnnouncement[] {
  return routes.map((text) => {
    const [peer = "", prefix = ""] = text.split(" ");
    return { service, peer, prefix: net(prefix), attributes: carried, advertisements: ["all"] };
  });
}

/** Who asks for a prefix, by peer. */
function asking(routes: AskedRoutes, prefix = SHARED): string[] {
  return routes.for(prefix).map(({ peer }) => `${routes.services(prefix, peer).join("+")} to ${peer}`);
}

t.test("a prefix is asked for by each that still asks, whoever came first and whoever leaves", (t) => {
  for (const [leaver, stays] of [
    ["x", "y"],
    ["y", "x"],
  ] as const) {
    const routes = new AskedRoutes();
    routes.set("y", asked("y", PLAIN, "a 10.0.0.0/24", "b 10.0.0.0/24", "a 10.0.0.2/32"));
    t.same(asking(routes), ["y to a", "y to b"]);
    routes.set("x", asked("x", PLAIN, "a 10.0.0.0/24", "b 10.0.0.0/24"));
    t.same(asking(routes), ["x+y to a", "x+y to b"]);
    routes.set(leaver, []);
    t.same(asking(routes), [`${stays} to a`, `${stays} to b`], `${leaver} leaves`);
    t.same(routes.of(leaver), []);
    routes.set("z", asked("z", PLAIN, "a 10.0.0.0/24"));
    t.same(asking(routes), [`${stays}+z to a`, `${stays} to b`], "and another comes");
    routes.set(stays, []);
    t.same(asking(routes), ["z to a"], "nobody asks for the other peer");
    routes.set("z", []);
    t.same([...routes.prefixes()], [], "nobody is left");
  }
  t.end();
});

t.test("what a Service asks for now replaces what it asked for, alone on a prefix or not", (t) => {
  const routes = new AskedRoutes();
  for (const others of [[], ["y"], ["y", "z"]]) {
    for (const other of others) routes.set(other, asked(other, PLAIN, "a 10.0.0.0/24"));
    routes.set("x", asked("x", PLAIN, "a 10.0.0.0/24", "a 2001:db8::1/128"));
    t.same(asking(routes), [`${["x", ...others].join("+")} to a`]);
    t.same(asking(routes, OTHER), ["x to a"]);
    routes.set("x", asked("x", PLAIN, "b 10.0.0.0/24"));
    t.same(asking(routes).sort(), others.length === 0 ? ["x to b"] : ["x to b", `${others.join("+")} to a`]);
    t.same(routes.for(OTHER), []);
  }
  t.end();
});

t.test("a route carries what anyone still asks for, each once", (t) => {
  const routes = new AskedRoutes();
  const carried = (): RouteAttributes[] => routes.for(SHARED).flatMap(({ attributes }) => [...attributes]);
  for (const service of ["w", "x", "y"]) routes.set(service, asked(service, PLAIN, "a 10.0.0.0/24"));
  routes.set("z", asked("z", RICH, "a 10.0.0.0/24"));
  t.same(carried(), [PLAIN, RICH]);
  routes.set("w", asked("w", RICH, "a 10.0.0.0/24"));
  routes.set("x", []);
  t.same(carried(), [PLAIN, RICH], "y still asks for the first");
  routes.set("y", []);
  t.same(carried(), [RICH]);
  t.end();
});
