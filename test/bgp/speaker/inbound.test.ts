import { Speaker } from "@herald/bgp";
import type { Listener, ListenerPeer, Log, PeerConfig } from "@herald/bgp";
import t from "tap";
import { OUR_ADDRESS, PEER, ROUTER_ADDRESS } from "../../support/bgp-lab.ts";
import { ScriptedPeer } from "../../support/scripted-peer.ts";
import { SimulatedNetwork } from "../../support/simulated-network.ts";

const PASSIVE: PeerConfig = { ...PEER, passive: true };

/** A listening speaker whose host protects peers as told: not at all, or by noting it, or by an error. */
async function setup(protection: "none" | "noted" | "fails") {
  const network = new SimulatedNetwork();
  const told: string[] = [];
  const warnings: unknown[] = [];
  const log: Log = {
    debug: () => undefined,
    info: () => undefined,
    warn: (message, fields) => void warnings.push([message, fields]),
  };
  const host = network.host(OUR_ADDRESS, undefined, log);
  const note = (text: string): void => {
    told.push(text);
    if (protection === "fails") throw new Error("no such option");
  };
  const methods: Partial<Listener> = {
    setPeer: (address: string, peer: ListenerPeer) => note(`${address} ${JSON.stringify(peer)}`),
    removePeer: (address: string) => note(`${address} forgotten`),
  };
  const { listener: plain } = host;
  if (plain === undefined) throw new Error("the simulated host listens");
  const listener: Listener = { ...plain, ...(protection !== "none" && methods) };
  const speaker = new Speaker({ host: { ...host, listener }, listen: { port: 179 }, onEvent: () => undefined });
  await speaker.listening();
  const connect = (): ScriptedPeer | undefined => {
    let peer: ScriptedPeer | undefined;
    network.dial(ROUTER_ADDRESS, { remoteAddress: OUR_ADDRESS, remotePort: 179 }, (connection) => {
      peer = new ScriptedPeer(connection, () => network.clock.now());
      peer.establish();
    });
    network.clock.advance(50);
    return peer;
  };
  const state = (): string | undefined => speaker.peerStatus(PEER.name)?.state;
  return { speaker, told, warnings, connect, state };
}

t.test("a peer with a key or a least TTL is not taken from a listener that knows of neither", async (t) => {
  for (const protection of ["none", "fails"] as const) {
    for (const config of [{ md5Key: "secret" }, { minTtl: 255 }]) {
      const { speaker, connect, state, warnings } = await setup(protection);
      speaker.addPeer({ ...PASSIVE, ...config });
      t.equal(connect()?.closed, "in order");
      t.equal(state(), "Active");
      if (protection === "fails")
        t.match(warnings, [["the listener cannot protect a peer", { error: "no such option" }]]);
      t.notMatch(JSON.stringify(warnings), "secret");
    }
  }
});

t.test("a peer with a TCP-AO key is dialled alone: the listener cannot check what comes", async (t) => {
  const { speaker, connect, state } = await setup("noted");
  const aoKey = { key: "secret", sendId: 1, receiveId: 1, algorithm: "hmac-sha-1-96" } as const;
  speaker.addPeer({ ...PASSIVE, aoKey });
  t.equal(connect()?.closed, "in order");
  t.equal(state(), "Active");
});

t.test("a listener is told what each peer needs, and forgets it", async (t) => {
  const { speaker, told, connect, state } = await setup("noted");
  speaker.addPeer({ ...PASSIVE, md5Key: "one", ttl: 255, minTtl: 254 });
  t.ok(connect());
  t.equal(state(), "Established");
  speaker.setPeers([{ ...PASSIVE, md5Key: "two" }]);
  speaker.setPeers([{ ...PASSIVE, md5Key: "two" }]);
  speaker.setPeers([{ ...PASSIVE, remoteAddress: "10.0.0.9" }]);
  speaker.removePeer(PEER.name);
  t.same(told, [
    '10.0.0.1 {"md5Key":"one","ttl":255,"minTtl":254}',
    '10.0.0.1 {"md5Key":"two"}',
    "10.0.0.1 forgotten",
    "10.0.0.9 {}",
    "10.0.0.9 forgotten",
  ]);
});

t.test("two peers of one address: what the other needs stays", async (t) => {
  const { speaker, told } = await setup("noted");
  speaker.setPeers([PASSIVE, { ...PASSIVE, name: "second", localAddress: "10.0.0.7", md5Key: "k" }]);
  speaker.removePeer(PEER.name);
  t.same(told, ["10.0.0.1 {}", '10.0.0.1 {"md5Key":"k"}', "10.0.0.1 forgotten", '10.0.0.1 {"md5Key":"k"}']);
});

t.test("a listener that cannot forget is a warning", async (t) => {
  const { speaker, warnings, told } = await setup("noted");
  speaker.addPeer(PASSIVE);
  told.push = () => {
    throw new Error("gone");
  };
  speaker.removePeer(PEER.name);
  t.match(warnings, [["the listener cannot forget a peer", { peer: PEER.name, error: "gone" }]]);
});
