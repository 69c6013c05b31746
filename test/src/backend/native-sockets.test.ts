import { setTimeout as pause } from "node:timers/promises";
import t from "tap";
import { Speaker } from "@herald/bgp";
import { Secret } from "../../../src/model/config.ts";
import { bgpHost } from "../../../src/net/index.ts";
import { ip } from "../../support/plan-values.ts";
import { V4, V6, route } from "./stand.ts";
import { complies } from "./compliance.ts";
import { nativeStand } from "./native-stand.ts";
import type { Ground } from "./native-stand.ts";

const QUIET = { debug: () => undefined, info: () => undefined, warn: () => undefined };
const PATIENCE = 20_000;

/** Polls: sockets and kernels tell nobody when they are done. */
async function until(condition: () => boolean, what: () => string): Promise<void> {
  for (const end = Date.now() + PATIENCE; !condition(); await pause(2)) {
    if (Date.now() > end) throw new Error(`waited ${PATIENCE} ms in vain for ${what()}`);
  }
}

function ground(address = "127.0.0.1", more: Partial<Ground> = {}): Ground {
  const router = { listener: bgpHost({ log: QUIET }).listener, address: ip(address) };
  return {
    host: bgpHost({ log: QUIET }),
    routers: { outer: router, inner: router },
    port: 0,
    speaker: (options) => new Speaker(options),
    until,
    during: (work) => work,
    ...more,
  };
}

complies("native over sockets", () => nativeStand(ground()));

for (const { address, hops } of [
  { address: "127.0.0.1", hops: ["127.0.0.1", "2001:db8::10"] },
  { address: "::1", hops: ["192.0.2.10", "::1"] },
]) {
  t.test(`a session over ${address} carries both families, each with a next hop that is ours`, async (t) => {
    const stand = await nativeStand(ground(address));
    t.teardown(() => stand.close());
    const routes = [route(V4), route(V6)];
    stand.backend.apply({ ...stand.node, peers: [{ peer: stand.peer("outer"), routes }] });
    await stand.until(
      () => stand.remote("outer").table.size === 2,
      () => "two routes",
    );
    t.same(
      [V4, V6].map((prefix) => stand.nextHop("outer", prefix)),
      hops,
    );
  });
}

t.test("a password and a TTL of one are on the socket", async (t) => {
  const { listener } = bgpHost({ log: QUIET });
  listener.setPeer("127.0.0.1", { md5Key: "hush", ttl: 1 });
  const router = { listener, address: ip("127.0.0.1") };
  const sockets = { md5: true, ttl: true };
  const stand = await nativeStand(ground("127.0.0.1", { sockets, routers: { outer: router, inner: router } }));
  t.teardown(() => stand.close());
  const peers = [
    { peer: stand.peer("outer", { password: new Secret("hush") }), routes: [route(V4)] },
    { peer: stand.peer("inner", { password: new Secret("wrong") }), routes: [route(V4)] },
  ];
  stand.backend.apply({ ...stand.node, peers });
  await stand.until(
    () => stand.remote("outer").table.size === 1,
    () => "a route under the right key",
  );
  t.equal(stand.remote("inner").table.size, 0);
  t.notMatch(JSON.stringify(stand.backend.status()), /hush|wrong/);
});
