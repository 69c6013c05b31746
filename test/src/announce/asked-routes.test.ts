import t from "tap";
import { AskedRoutes } from "../../../src/announce/asked-routes.ts";
import { prefixKey } from "../../../src/model/address.ts";
import type { BgpAnnouncement } from "../../../src/model/announcement.ts";
import { net } from "../../support/plan-values.ts";

const SHARED = prefixKey(net("10.0.0.0/24"));

/** Routes written "peer prefix". */
function asked(service: string, ...routes: readonly string[]): BgpAnnouncement[] {
  return routes.map((text) => {
    const [peer = "", prefix = ""] = text.split(" ");
    const attributes = { communities: { standard: [], large: [] } };
    return { service, peer, prefix: net(prefix), attributes, advertisements: ["all"] };
  });
}

function sayings(list: readonly BgpAnnouncement[]): string[] {
  return list.map(({ service, peer }) => `${service} to ${peer}`);
}

t.test("of one Service that asks for one prefix the list is kept once", (t) => {
  const routes = new AskedRoutes();
  routes.set("x", asked("x", "a 10.0.0.0/24", "b 10.0.0.0/24"));
  t.same(sayings(routes.for(SHARED)), ["x to a", "x to b"]);
  t.equal(routes.for(SHARED), routes.of("x"));
  t.end();
});

t.test("a prefix is asked for by each that still asks, whoever came first and whoever leaves", (t) => {
  for (const leaver of ["x", "y"]) {
    const routes = new AskedRoutes();
    const stays = leaver === "x" ? "y" : "x";
    routes.set("x", asked("x", "a 10.0.0.0/24", "b 10.0.0.0/24"));
    routes.set("y", asked("y", "a 10.0.0.0/24", "b 10.0.0.0/24", "a 10.0.0.2/32"));
    t.same(sayings(routes.for(SHARED)), ["x to a", "x to b", "y to a", "y to b"]);
    routes.set(leaver, []);
    t.same(sayings(routes.for(SHARED)), [`${stays} to a`, `${stays} to b`], `${leaver} leaves`);
    t.same(routes.of(leaver), []);
    routes.set("z", asked("z", "a 10.0.0.0/24"));
    t.same(sayings(routes.for(SHARED)), [`${stays} to a`, `${stays} to b`, "z to a"], "and another comes");
    routes.set(stays, []);
    routes.set("z", []);
    t.same([...routes.prefixes()], [], "nobody is left");
  }
  t.end();
});

t.test("what a Service asks for now replaces what it asked for, alone on a prefix or not", (t) => {
  const routes = new AskedRoutes();
  for (const others of [[], ["y"], ["y", "z"]]) {
    for (const other of others) routes.set(other, asked(other, "a 10.0.0.0/24"));
    const theirs = others.map((other) => `${other} to a`);
    routes.set("x", asked("x", "a 10.0.0.0/24", "a 2001:db8::1/128"));
    routes.set("x", asked("x", "b 10.0.0.0/24"));
    t.same(sayings(routes.for(SHARED)).sort(), ["x to b", ...theirs].sort());
    t.same(routes.for(prefixKey(net("2001:db8::1/128"))), []);
  }
  t.end();
});
