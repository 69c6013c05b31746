import { setTimeout as pause } from "node:timers/promises";
import t from "tap";
import { Speaker } from "@herald/bgp";
import { Secret } from "../../../src/model/config.ts";
import { bgpHost } from "../../../src/net/index.ts";
import { ip } from "../../support/plan-values.ts";
import { V4, V6, route } from "./bench.ts";
import { complies } from "./compliance.ts";
import { nativeBench } from "./native-bench.ts";
import type { Ground } from "./native-bench.ts";

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

complies("native over sockets", () => nativeBench(ground()));

for (const { address, hops } of [
  { address: "127.0.0.1", hops: ["127.0.0.1", "2001:db8::10"] },
  { address: "::1", hops: ["192.0.2.10", "::1"] },
]) {
  t.test(`a session over ${address} carries both families, each with a next hop that is ours`, async (t) => {
    const bench = await nativeBench(ground(address));
    t.teardown(() => bench.close());
    const routes = [route(V4), route(V6)];
    bench.backend.apply({ ...bench.node, peers: [{ peer: bench.peer("outer"), routes }] });
    await bench.until(
      () => bench.remote("outer").table.size === 2,
      () => "two routes",
    );
    t.same(
      [V4, V6].map((prefix) => bench.nextHop("outer", prefix)),
      hops,
    );
  });
}

t.test("a password and a TTL of one are on the socket", async (t) => {
  const { listener } = bgpHost({ log: QUIET });
  listener.setPeer("127.0.0.1", { md5Key: "hush", ttl: 1 });
  const router = { listener, address: ip("127.0.0.1") };
  const sockets = { md5: true, ttl: true };
  const bench = await nativeBench(ground("127.0.0.1", { sockets, routers: { outer: router, inner: router } }));
  t.teardown(() => bench.close());
  const peers = [
    { peer: bench.peer("outer", { password: new Secret("hush") }), routes: [route(V4)] },
    { peer: bench.peer("inner", { password: new Secret("wrong") }), routes: [route(V4)] },
  ];
  bench.backend.apply({ ...bench.node, peers });
  await bench.until(
    () => bench.remote("outer").table.size === 1,
    () => "a route under the right key",
  );
  t.equal(bench.remote("inner").table.size, 0);
  t.notMatch(JSON.stringify(bench.backend.status()), /hush|wrong/);
});
