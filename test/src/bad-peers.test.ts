/** What a peer can do wrong: what the log says of it in so many words, and that the peer beside it notices nothing. */
import t from "tap";
import { Speaker } from "@herald/bgp";
import { MessageType } from "bgp-ts-codec";
import { nativeBackend } from "../../src/backend/native/index.ts";
import type { DesiredRoute } from "../../src/backend/backend.ts";
import type { Peer } from "../../src/model/config.ts";
import { SessionLog } from "../../src/session-log.ts";
import { ip, net, peer } from "../support/plan-values.ts";
import { recordingLog } from "../support/recording-log.ts";
import { OPEN, ScriptedPeer } from "../support/scripted-peer.ts";
import { SimulatedNetwork } from "../support/simulated-network.ts";

const NODE = { routerId: 0x0a00_0002, nodeAddresses: [ip("10.0.0.2")], nodeName: "n1" };
const GOOD = "10.0.0.1";
const BAD = "10.0.0.9";

function routes(count: number): DesiredRoute[] {
  return Array.from({ length: count }, (_, i) => ({
    prefix: net(`172.16.${i >> 8}.${i & 255}/32`),
    attributes: { communities: { standard: [], large: [] } },
  }));
}

/** An agent's sessions with a good router and a bad one. */
class Scene {
  readonly network = new SimulatedNetwork();
  readonly records: Record<string, unknown>[];
  /** The bad router's ends, one a connection. */
  readonly bad: ScriptedPeer[] = [];
  readonly good: ScriptedPeer[] = [];

  constructor(behave: (router: ScriptedPeer, scene: Scene) => void, config: Partial<Peer>, count: number) {
    const { clock } = this.network;
    const open = (list: ScriptedPeer[], act: (router: ScriptedPeer) => void) => (): void => {
      const far = this.network.connections.at(-1)?.[1];
      if (far === undefined) return;
      const router = new ScriptedPeer(far, () => clock.now());
      list.push(router);
      act(router);
    };
    this.network.listen(
      GOOD,
      179,
      open(this.good, (router) => {
        router.establish();
        // A router that lives.
        const beat = (): void => {
          router.send({ type: MessageType.Keepalive });
          clock.setTimer(20_000, beat);
        };
        beat();
      }),
    );
    this.network.listen(
      BAD,
      179,
      open(this.bad, (router) => behave(router, this)),
    );
    const { log, records } = recordingLog();
    this.records = records;
    const backend = nativeBackend({
      host: this.network.host("10.0.0.2"),
      speaker: (options) => new Speaker(options),
    });
    const sessions = new SessionLog(log);
    backend.subscribe((event) => sessions.hear(event));
    const both = { peerAsn: 64513, localAsn: 64512, families: new Set([4] as const) };
    backend.apply({
      ...NODE,
      peers: [
        { peer: peer("good", { ...both, address: ip(GOOD) }), routes: routes(1) },
        { peer: peer("bad", { ...both, address: ip(BAD), ...config }), routes: routes(count) },
      ],
    });
  }

  /** Warnings, as "message: what it is about". */
  get warnings(): string[] {
    return this.records
      .filter(({ level }) => level === "warn")
      .map(({ msg, peer: name, error, reason }) => `${String(msg)} ${String(name)}: ${String(error ?? reason)}`);
  }
}

interface Case {
  readonly name: string;
  readonly behave: (router: ScriptedPeer, scene: Scene) => void;
  readonly config?: Partial<Peer>;
  readonly routes?: number;
  /** Seconds to let go by. */
  readonly wait?: number;
  readonly said: readonly string[];
}

const KEEPALIVE = { type: MessageType.Keepalive };

const CASES: readonly Case[] = [
  {
    name: "a peer that speaks another protocol",
    behave: (router) => router.raw(...new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n")),
    said: [
      "session trouble bad: sent Message Header Error / Connection Not Synchronized: marker: byte 1 is 72, must be 255",
    ],
  },
  {
    name: "a peer that sends garbage once the session is up",
    behave: (router, { network }) => {
      router.establish();
      if (network.clock.now() < 1000) network.clock.setTimer(1000, () => router.raw(1, 2, 3));
    },
    said: [
      "session trouble bad: sent Message Header Error / Connection Not Synchronized: marker: byte 1 is 1, must be 255",
      "session down bad: header error",
    ],
  },
  {
    name: "a peer of the wrong AS",
    behave: (router) => router.send({ ...OPEN, asn16: 65001, capabilities: [{ kind: "four-octet-as", asn: 65001 }] }),
    said: ["session trouble bad: sent OPEN Message Error / Bad Peer AS: AS 65001, must be 64513"],
  },
  {
    name: "an internal peer with our own identifier",
    config: { peerAsn: 64512 },
    behave: (router) =>
      router.send({
        ...OPEN,
        asn16: 64512,
        bgpId: NODE.routerId,
        capabilities: [{ kind: "four-octet-as", asn: 64512 }],
      }),
    said: [
      "session trouble bad: sent OPEN Message Error / Bad BGP Identifier: the BGP identifier is our own, in our own AS",
    ],
  },
  {
    name: "a peer that vanishes",
    behave: (router) => router.establish(),
    wait: 120,
    said: [
      "session trouble bad: sent Hold Timer Expired: nothing came from the peer within the hold time",
      "session down bad: hold timer expired",
    ],
  },
  {
    name: "a peer that never answers our OPEN",
    behave: () => undefined,
    wait: 300,
    said: ["session trouble bad: sent Hold Timer Expired: nothing came from the peer within the hold time"],
  },
  {
    name: "a peer that stops reading",
    behave: (router, { network }) => {
      router.establish();
      router.connection.pause();
      const beat = (): void => {
        router.send(KEEPALIVE);
        network.clock.setTimer(20_000, beat);
      };
      beat();
    },
    routes: 30_000,
    wait: 600,
    said: [
      "session trouble bad: sent Send Hold Timer Expired: the peer took nothing within the send hold time",
      "session down bad: send hold timer expired",
    ],
  },
  {
    name: "a peer that hangs up at once, time and again",
    behave: (router) => router.connection.end(),
    wait: 120,
    said: ["session trouble bad: the peer closed the connection"],
  },
  {
    name: "a peer that is shut down with a text",
    behave: (router) => {
      const text = [...new TextEncoder().encode("maintenance until 6")];
      router.send({
        type: MessageType.Notification,
        code: 6,
        subcode: 2,
        data: Uint8Array.of(text.length, ...text),
      });
    },
    said: ["session trouble bad: the peer sent Cease / Administrative Shutdown: maintenance until 6"],
  },
];

for (const { name, behave, config = {}, routes: count = 1, wait = 5, said } of CASES) {
  t.test(`${name} is told of once, and hurts no other`, (t) => {
    const scene = new Scene(behave, config, count);
    scene.network.clock.advance(wait * 1000);
    t.same(scene.warnings, said);
    t.equal(scene.good.length, 1, "the good router has had one connection");
    t.equal(scene.good[0]?.closed, "no");
    t.same([...(scene.good[0]?.table.keys() ?? [])], ["172.16.0.0/32"]);
    t.ok(scene.bad.length < 5 + wait / 2, `${scene.bad.length} attempts in ${wait} s`);
    t.end();
  });
}
