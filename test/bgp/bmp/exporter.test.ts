/** A speaker with a router and a monitoring station, on a simulated network. */
import { decodeMessage, formatPrefix, MessageType } from "bgp-ts-codec";
import { MonitoredSpeaker } from "@herald/bgp";
import type { Connection } from "@herald/bgp";
import { toHex } from "../../../bgp/session/record.ts";
import t from "tap";
import { hostRoutes, OUR_ADDRESS, PEER, prefix, route, ROUTER_ADDRESS } from "../../support/bgp-lab.ts";
import { CONTEXT, ScriptedPeer } from "../../support/scripted-peer.ts";
import { SimulatedNetwork } from "../../support/simulated-network.ts";
import type { SimulatedConnection } from "../../support/simulated-network.ts";

const STATION = "10.0.0.9";
const NAMES = ["route", "statistics", "down", "up", "initiation", "termination"];
const FAMILIES = { ipv4: true, ipv6: true };

/** What a station makes of a connection. */
class Station {
  /** Of peers, and of the Loc-RIB. */
  readonly seen: string[] = [];
  readonly locRib: string[] = [];
  readonly connection: SimulatedConnection;
  #rest = new Uint8Array(0);

  constructor(connection: SimulatedConnection) {
    this.connection = connection;
    connection.attach({ data: (bytes) => this.#read(bytes), drain: () => undefined, close: () => undefined });
  }

  #read(bytes: Uint8Array): void {
    this.#rest = Uint8Array.from([...this.#rest, ...bytes]);
    for (;;) {
      const view = new DataView(this.#rest.buffer, this.#rest.byteOffset);
      const length = this.#rest.length < 6 ? Infinity : view.getUint32(1);
      if (this.#rest.length < length) return;
      this.#note(this.#rest.subarray(0, length));
      this.#rest = this.#rest.slice(length);
    }
  }

  #note(message: Uint8Array): void {
    const name = NAMES[message[5] ?? 9] ?? "?";
    const body = message.subarray(48);
    const ofLocRib = message.length > 48 && message[6] === 3;
    const seen = ofLocRib ? this.locRib : this.seen;
    if (name === "route") seen.push(`route ${routes(body, ofLocRib)}`);
    else if (name === "down") seen.push(`down ${body[0]} ${body[20] ?? ""}/${body[21] ?? ""}`);
    else if (name === "statistics") seen.push(`statistics ${body[15]}`);
    else seen.push(name);
  }
}

/** NEXT_HOP 0.0.0.0, which a local route has, and no route of a session. */
const NO_NEXT_HOP = "40030400000000";

/** `local`: without an AS in the path, and without a next hop. */
function routes(update: Uint8Array, local: boolean): string {
  const bytes = local ? Buffer.from(toHex(update).replace(NO_NEXT_HOP, "4003040a000001"), "hex") : update;
  const { message } = decodeMessage(bytes, { ...CONTEXT, ebgp: !local });
  if (message?.type !== MessageType.Update) return "?";
  const { nlri, withdrawn, mpUnreach } = message;
  if (nlri.length > 3) return `${nlri.length} routes`;
  if (nlri.length + withdrawn.length === 0) return mpUnreach === undefined ? "end" : "end of ipv6";
  return [
    ...nlri.map((one) => `+${formatPrefix(one.prefix)}`),
    ...withdrawn.map((one) => `-${formatPrefix(one.prefix)}`),
  ].join();
}

class Lab {
  readonly network = new SimulatedNetwork(undefined, {});
  readonly routers: ScriptedPeer[] = [];
  readonly stations: Station[] = [];
  readonly warnings: string[] = [];
  readonly speaker: MonitoredSpeaker;

  constructor(mostBuffered = 1_000_000) {
    this.network.listen(ROUTER_ADDRESS, 179, () => {
      const router = new ScriptedPeer(this.#far(), () => this.network.clock.now());
      this.routers.push(router);
      router.establish();
    });
    const log = {
      debug: () => undefined,
      info: () => undefined,
      warn: (message: string, fields?: Record<string, unknown>) =>
        this.warnings.push(`${message}: ${String(fields?.["error"])}`),
    };
    const host = this.network.host(OUR_ADDRESS, () => 0.5, log);
    const station = { address: STATION, port: 11019, description: "test", name: "n1", mostBuffered };
    this.speaker = new MonitoredSpeaker({ host, onEvent: () => undefined }, station);
  }

  #far(): SimulatedConnection {
    const far = this.network.connections.at(-1)?.[1];
    if (far === undefined) throw new Error("no connection");
    return far;
  }

  /** The station begins to answer. */
  open(): void {
    this.network.listen(STATION, 11019, (_connection: Connection) => this.stations.push(new Station(this.#far())));
  }

  get seen(): string[] {
    return this.stations.at(-1)?.seen ?? [];
  }

  get locRib(): string[] {
    return this.stations.at(-1)?.locRib ?? [];
  }

  run(milliseconds = 100): void {
    this.network.clock.advance(milliseconds);
  }
}

t.test("a station that is there first hears the session come up, each change, and the end", (t) => {
  const lab = new Lab();
  lab.open();
  lab.speaker.addPeer({ ...PEER, families: FAMILIES });
  lab.speaker.setRoutes(PEER.name, [route("192.0.2.1/32")]);
  lab.run(6000);
  t.match(lab.seen, ["initiation", "up", "route +192.0.2.1/32", "route end", "route end of ipv6"]);
  lab.speaker.updateRoutes(PEER.name, { set: [route("192.0.2.2/32")], withdraw: [prefix("192.0.2.1/32")] });
  lab.run();
  t.same(lab.seen.slice(5).sort(), ["route +192.0.2.2/32", "route -192.0.2.1/32"]);
  lab.run(60_000);
  t.equal(lab.seen.at(-1), "statistics 1");
  void lab.speaker.close({ mode: "withdraw" });
  lab.run();
  t.match(lab.seen.slice(-1), [/^down 1 6\/2/], "we ended it, with Cease/2");
  t.end();
});

t.test("one that comes late is told what there is, and one that went is told it anew", (t) => {
  const lab = new Lab();
  lab.speaker.addPeer(PEER);
  lab.speaker.setRoutes(PEER.name, hostRoutes(1000));
  lab.run(2000);
  t.match(lab.warnings, [/monitoring station lost: .*REFUSED/]);
  lab.open();
  lab.run(20_000);
  t.match(lab.seen, ["initiation", "up", /^route \d+ routes/, /^route \d+ routes/, "route end"]);
  lab.stations[0]?.connection.destroy();
  lab.run(20_000);
  t.equal(lab.stations.length, 2);
  t.match(lab.seen, ["initiation", "up", /^route \d+ routes/, /^route \d+ routes/, "route end"]);
  t.equal(lab.speaker.peerStatus(PEER.name)?.state, "Established", "the sessions know nothing of it");
  t.end();
});

t.test("a session that the peer ends is told with its NOTIFICATION, a lost connection without", (t) => {
  const lab = new Lab();
  lab.open();
  lab.speaker.addPeer(PEER);
  lab.run(6000);
  lab.routers.at(-1)?.send({ type: MessageType.Notification, code: 6, subcode: 4, data: new Uint8Array(0) });
  lab.run();
  t.match(lab.seen.at(-1), /^down 3 6\/4/);
  lab.run(10_000);
  lab.routers.at(-1)?.connection.destroy();
  lab.run();
  t.match(lab.seen.at(-1), /^down 4/);
  t.end();
});

t.test("a station that does not read is let go", (t) => {
  const lab = new Lab(10_000);
  lab.open();
  lab.run();
  lab.stations[0]?.connection.pause();
  lab.speaker.addPeer(PEER);
  lab.speaker.setRoutes(PEER.name, []);
  lab.run(1000);
  for (let i = 0; i < 30; i++) {
    lab.speaker.setRoutes(PEER.name, hostRoutes(1000, { med: i }));
    lab.run(1000);
  }
  t.match(lab.warnings, [/does not keep up/]);
  t.equal(lab.speaker.peerStatus(PEER.name)?.advertised, 1000);
  t.end();
});

t.test("the Loc-RIB has what peers are to be told, together, whether they are there or not", async (t) => {
  const lab = new Lab();
  lab.open();
  const other = { ...PEER, name: "away", remoteAddress: "10.0.0.7" };
  lab.speaker.setPeers([PEER, other]);
  lab.speaker.setRoutes(PEER.name, [route("192.0.2.1/32")]);
  lab.speaker.setRoutes("away", [route("192.0.2.1/32"), route("192.0.2.2/32")]);
  lab.run(6000);
  t.same(lab.locRib.splice(0), ["up", "route +192.0.2.1/32,+192.0.2.2/32", "route end", "route end of ipv6"]);
  lab.speaker.updateRoutes(PEER.name, { set: [], withdraw: [prefix("192.0.2.1/32")] });
  lab.run();
  t.same(lab.locRib.splice(0), [], "another peer still has it");
  lab.speaker.updateRoutes("away", { set: [route("192.0.2.3/32")], withdraw: [prefix("192.0.2.1/32")] });
  lab.run();
  t.same(lab.locRib.splice(0).sort(), ["route +192.0.2.3/32", "route -192.0.2.1/32"]);
  lab.speaker.updateRoutes("away", { set: [route("192.0.2.3/32", { med: 5 })], withdraw: [] });
  lab.run();
  t.same(lab.locRib.splice(0), ["route +192.0.2.3/32"], "with other attributes");
  lab.speaker.setRoutes("away", [route("192.0.2.2/32")]);
  lab.run();
  t.same(lab.locRib.splice(0), ["route -192.0.2.3/32"]);
  lab.run(60_000);
  t.same(lab.locRib.splice(0), ["statistics 1"]);
  lab.speaker.setPeers([PEER]);
  lab.run();
  t.same(lab.locRib.splice(0), ["route -192.0.2.2/32"]);
  const closed = lab.speaker.close({ mode: "withdraw" });
  lab.run(20_000);
  await closed;
  lab.run();
  t.match(lab.locRib.splice(0), [/^down 6/]);
  t.equal(lab.seen.at(-1), "termination");
});

t.test("another identifier or AS is another Loc-RIB; a station that comes back is told it anew", (t) => {
  const lab = new Lab();
  lab.open();
  lab.speaker.setPeers([PEER]);
  lab.speaker.setRoutes(PEER.name, [route("192.0.2.1/32")]);
  lab.run(6000);
  const whole = ["up", "route +192.0.2.1/32", "route end", "route end of ipv6"];
  t.same(lab.locRib.splice(0), whole);
  lab.speaker.setPeers([{ ...PEER, bgpId: PEER.bgpId + 1 }]);
  lab.run();
  t.match(lab.locRib.splice(0), [/^down 6/, ...whole]);
  lab.stations[0]?.connection.destroy();
  lab.run(20_000);
  t.same(lab.locRib.splice(0), whole);
  lab.speaker.setPeers([]);
  lab.run();
  t.match(lab.locRib.splice(0), [/^down 6/], "without a peer nobody knows who we are");
  t.end();
});
