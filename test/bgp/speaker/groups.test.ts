import { Speaker } from "@herald/bgp";
import type { Dialer, PeerConfig, Route } from "@herald/bgp";
import t from "tap";
import { hostRoutes, OUR_ADDRESS, PEER, prefix, route } from "../../support/bgp-lab.ts";
import { OPEN, ScriptedPeer } from "../../support/scripted-peer.ts";
import { SimulatedNetwork } from "../../support/simulated-network.ts";

interface Fleet {
  readonly network: SimulatedNetwork;
  readonly speaker: Speaker;
  readonly routers: ScriptedPeer[];
  readonly names: string[];
  /** The arrays written to all connections since it was cleared. */
  readonly written: Uint8Array[];
}

/** A speaker with `count` routers, all established. `change` makes single ones different. */
function fleet(count: number, change: (index: number) => Partial<PeerConfig> = () => ({})): Fleet {
  const network = new SimulatedNetwork();
  const host = network.host(OUR_ADDRESS);
  const routers: ScriptedPeer[] = [];
  const written: Uint8Array[] = [];
  const dialer: Dialer = {
    dial: (options, handlers) =>
      host.dialer.dial(options, {
        failed: (error) => handlers.failed(error),
        connected: (connection) => {
          const write = connection.write.bind(connection);
          connection.write = (bytes) => {
            written.push(bytes);
            return write(bytes);
          };
          handlers.connected(connection);
        },
      }),
  };
  const speaker = new Speaker({ host: { ...host, dialer }, onEvent: () => undefined });
  const names = Array.from({ length: count }, (_, i) => `router-${i}`);
  names.forEach((name, i) => {
    const remoteAddress = `10.0.1.${i}`;
    network.listen(remoteAddress, 179, () => {
      const [, far] = network.connections.at(-1) ?? [];
      if (far === undefined) return;
      const router = new ScriptedPeer(far, () => network.clock.now());
      routers.push(router);
      router.establish(OPEN);
    });
    speaker.addPeer({ ...PEER, name, remoteAddress, ...change(i) });
  });
  network.clock.advance(50);
  written.length = 0;
  return { network, speaker, routers, names, written };
}

/** Distinct arrays, the KEEPALIVE and End-of-RIB aside. */
function distinct(written: readonly Uint8Array[]): number {
  return new Set(written.filter(({ length }) => length > 30)).size;
}

t.test("64 peers with equal output get the bytes that were encoded once", (t) => {
  const { network, speaker, routers, names, written } = fleet(64);
  for (const name of names) speaker.setRoutes(name, hostRoutes(8000));
  network.clock.advance(100);
  t.equal(written.filter(({ length }) => length > 30).length, 64 * distinct(written));
  t.equal(distinct(written), 2, "40 kB in chunks of 32 KiB");
  t.ok(routers.every(({ table }) => table.size === 8000));

  written.length = 0;
  for (const name of names) {
    speaker.updateRoutes(name, { set: [route("192.0.2.1/32", { med: 1 })], withdraw: [prefix("172.16.0.1/32")] });
  }
  network.clock.advance(100);
  t.equal(written.length, 64);
  t.equal(distinct(written), 1);
  t.ok(routers.every(({ table }) => table.size === 8000 && !table.has("172.16.0.1/32")));
  t.end();
});

t.test("what differs in the output is not shared", (t) => {
  const changes: Partial<PeerConfig>[] = [
    {},
    {},
    { localAs: 64999 },
    { localAddress: "10.0.0.77" },
    { extendedMessages: true },
  ];
  const { network, speaker, names, written, routers } = fleet(5, (i) => changes[i] ?? {});
  for (const name of names) speaker.setRoutes(name, hostRoutes(100));
  network.clock.advance(100);
  t.equal(distinct(written), 3, "extended messages that the router does not offer make no difference");
  t.match(routers[2]?.table.get("172.16.0.1/32"), /\[64999\]/);
  t.match(routers[3]?.table.get("172.16.0.1/32"), /^167772237 /);
  t.end();
});

t.test("a peer whose routes differ goes its own way, and the others stay together", (t) => {
  const { network, speaker, names, written, routers } = fleet(4);
  for (const name of names) speaker.setRoutes(name, hostRoutes(10));
  network.clock.advance(50);
  written.length = 0;
  names.forEach((name, i) => {
    speaker.updateRoutes(name, { set: [route("192.0.2.1/32", { med: i === 2 ? 7 : 1 })], withdraw: [] });
  });
  network.clock.advance(50);
  t.equal(distinct(written), 2);
  t.match(
    routers.map(({ table }) => table.get("192.0.2.1/32")),
    [/med 1/, /med 1/, /med 7/, /med 1/],
  );
  t.end();
});

t.test("a peer that comes back while others were told more gets its own list", (t) => {
  const { network, speaker, names, routers } = fleet(2);
  const [first = "", second = ""] = names;
  for (const name of names) speaker.setRoutes(name, hostRoutes(5));
  network.clock.advance(50);
  const change: Route = route("192.0.2.1/32");
  speaker.updateRoutes(first, { set: [change], withdraw: [prefix("172.16.0.0/32")] });
  routers[1]?.connection.destroy();
  network.clock.until(() => routers.length === 3);
  network.clock.advance(50);
  t.same(
    [...(routers[2]?.table.keys() ?? [])].toSorted(),
    hostRoutes(5).map((_, i) => `172.16.0.${i}/32`),
  );
  t.match(speaker.peerStatus(second), { routes: 5, advertised: 5, pending: 0 });
  speaker.updateRoutes(second, { set: [change], withdraw: [prefix("172.16.0.0/32")] });
  network.clock.advance(50);
  t.same([...(routers[2]?.table.keys() ?? [])].toSorted(), [...(routers[0]?.table.keys() ?? [])].toSorted());
  t.end();
});

t.test("one peer that reads nothing holds up no other", (t) => {
  const { network, speaker, names, routers } = fleet(3);
  routers[0]?.connection.pause();
  for (const name of names) speaker.setRoutes(name, hostRoutes(100_000));
  network.clock.advance(500);
  t.same(
    routers.map(({ table }) => table.size),
    [0, 100_000, 100_000],
  );
  routers[0]?.connection.resume();
  network.clock.advance(500);
  t.equal(routers[0]?.table.size, 100_000);
  t.end();
});
