/** Peers that are whoever is at the other end of an interface. */
import t from "tap";
import { Speaker } from "@herald/bgp";
import type { Connection, DialOptions, Host, PeerConfig } from "@herald/bgp";
import { FakeClock } from "../../support/fake-clock.ts";
import { PEER } from "../../support/bgp-lab.ts";

const UNNUMBERED: PeerConfig = { ...PEER, remoteAddress: "%eth1", device: "eth1" };

function lab() {
  const dialled: DialOptions[] = [];
  const joined: string[] = [];
  const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined };
  let accept: ((connection: Connection) => void) | undefined;
  const host: Host = {
    clock: new FakeClock(),
    random: () => 0.5,
    log: quiet,
    dialer: {
      dial(options) {
        dialled.push(options);
        return { cancel: () => undefined };
      },
    },
    listener: {
      listen(_options, taken) {
        accept = taken;
        return Promise.resolve({ port: 179, close: () => Promise.resolve() });
      },
    },
    links: {
      join: (device) => void joined.push(device),
      leave: (device) => void joined.splice(joined.indexOf(device), 1),
    },
  };
  const speaker = new Speaker({ host, listen: { port: 179 }, onEvent: () => undefined });
  /** The type of the first message that is sent on it. */
  const connect = (remoteAddress: string): number | undefined => {
    const place = { localAddress: "fe80::9%eth1", localPort: 179, remoteAddress, remotePort: 40_000, buffered: 0 };
    let type: number | undefined;
    const write = (bytes: Uint8Array): boolean => {
      type ??= bytes[18];
      return true;
    };
    accept?.({ ...place, attach: () => undefined, write, end: () => undefined, destroy: () => undefined });
    return type;
  };
  return { speaker, dialled, joined, connect };
}

t.test("the interface is watched while a peer is named by it", async (t) => {
  const { speaker, dialled, joined } = lab();
  speaker.setPeers([UNNUMBERED, { ...UNNUMBERED, name: "second", remoteAddress: "%eth2" }]);
  t.same(joined, ["eth1", "eth2"]);
  t.match(dialled, [{ remoteAddress: "%eth1", device: "eth1" }, { remoteAddress: "%eth2" }]);
  speaker.setPeers([{ ...UNNUMBERED, remoteAddress: "%eth3" }]);
  t.same(joined, ["eth3"]);
  await speaker.close({ mode: "keep" });
  t.same(joined, []);
});

t.test("a connection belongs to the peer of the interface it came in on", (t) => {
  const { speaker, connect } = lab();
  speaker.setPeers([{ ...UNNUMBERED, passive: true }]);
  t.equal(connect("fe80::1%eth1"), 1, "OPEN");
  t.equal(connect("fe80::1%eth2"), 3, "on another interface: NOTIFICATION");
  t.end();
});

t.test("an interface needs a name", (t) => {
  const { speaker } = lab();
  t.throws(() => speaker.setPeers([{ ...UNNUMBERED, remoteAddress: "%" }]), /remoteAddress % must be .*%interface/);
  t.end();
});
