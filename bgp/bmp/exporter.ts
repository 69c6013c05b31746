/**
 * Tells a monitoring station what a speaker announces (RFC 9069) and what its peers are sent of it (RFC 7854, RFC 8671). It connects, says what there is, and
 * goes on with what happens; a station that is away or too slow costs nothing but another connection.
 */
import { MessageType, encodeEndOfRib } from "bgp-ts-codec";
import type { CodecContext } from "bgp-ts-codec";
import type { Connection, Host, Timer } from "../ports.ts";
import { INITIAL_CONTEXT } from "../session/negotiate.ts";
import type { PeerWatcher } from "../speaker/peer.ts";
import type { AdjRibOut, PeerStatus, SpeakerEvent } from "../speaker/types.ts";
import { messagesOf } from "../speaker/message-log.ts";
import { LocRib } from "./loc-rib.ts";
import type { LocRibOptions } from "./loc-rib.ts";
import {
  encodeInitiation,
  encodePeerDown,
  encodePeerUp,
  encodeRouteMonitoring,
  encodeStatistics,
  encodeTermination,
} from "./packet.ts";
import type { BmpPeer } from "./packet.ts";

export interface BmpOptions {
  readonly host: Pick<Host, "clock" | "dialer" | "log">;
  /** An address in text form. */
  readonly address: string;
  readonly port: number;
  /** sysDescr and sysName. */
  readonly description: string;
  readonly name: string;
  /** A station that leaves more bytes than this untaken is let go, and told everything anew; 8 MiB unless given. */
  readonly mostBuffered?: number;
  /** What is monitored. */
  readonly speaker: {
    status(): readonly PeerStatus[];
    peerStatus(peer: string): PeerStatus | undefined;
    adjRibOut(peer: string): AdjRibOut | undefined;
  } & LocRibOptions["speaker"];
}

/** Milliseconds: between attempts (RFC 7854 §3.2), first and longest; and between statistics. */
const FIRST_RETRY = 5_000;
const LONGEST_RETRY = 720_000;
const STATISTICS = 60_000;

/** What `mostBuffered` is unless given. */
const MOST_BUFFERED = 8 * 1024 * 1024;

interface Monitored {
  sentOpen?: Uint8Array;
  receivedOpen?: Uint8Array;
  /** The last one, either way. */
  notification?: { readonly by: "local" | "remote"; readonly bytes: Uint8Array } | undefined;
  context: CodecContext;
  /** The station was told that it is up; as whom. */
  up?: Omit<BmpPeer, "at"> | undefined;
}

export class BmpExporter {
  readonly #options: BmpOptions;
  readonly #peers = new Map<string, Monitored>();
  readonly locRib: LocRib;
  #connection: Connection | undefined;
  #attempt: { cancel(): void } | undefined;
  #retry = FIRST_RETRY;
  #timer: Timer | undefined;
  #closed = false;

  constructor(options: BmpOptions) {
    this.#options = options;
    this.locRib = new LocRib({
      speaker: options.speaker,
      tell: (bytes) => this.#tell(bytes),
      wall: () => options.host.clock.wall(),
    });
  }

  start(): void {
    const { host, address, port } = this.#options;
    this.#attempt = host.dialer.dial(
      { remoteAddress: address, remotePort: port },
      {
        connected: (connection) => this.#connected(connection),
        failed: (error) => this.#lost(error.message),
      },
    );
  }

  /** For `SpeakerOptions.watch`. */
  readonly watch: PeerWatcher = (name, direction, bytes, context) => {
    const peer = this.#peer(name);
    peer.context = context;
    const type = bytes[18];
    if (type === MessageType.Open) {
      const copy = bytes.slice();
      if (direction === "sent") peer.sentOpen = copy;
      else peer.receivedOpen = copy;
    } else if (type === MessageType.Notification) {
      peer.notification = { by: direction === "sent" ? "local" : "remote", bytes: bytes.slice() };
    } else if (type === MessageType.Update && direction === "sent" && peer.up !== undefined) {
      // The station may be let go on the way.
      const { up } = peer;
      for (const update of messagesOf(bytes)) this.#tell(encodeRouteMonitoring(this.#stamped(up), update));
    }
  };

  /** For `SpeakerOptions.onEvent`. */
  hear(event: SpeakerEvent): void {
    if (event.type !== "state") return;
    const peer = this.#peer(event.peer);
    if (event.to === "Established") {
      peer.notification = undefined;
      this.#up(event.peer, peer);
    } else if (event.from === "Established" && peer.up !== undefined) {
      const { notification, up } = peer;
      const by = notification?.by ?? (event.reason === "connection-failed" ? "remote" : "local");
      this.#tell(encodePeerDown(this.#stamped(up), { by, notification: notification?.bytes }));
      peer.up = undefined;
    }
  }

  /** Says goodbye. */
  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#attempt?.cancel();
    this.locRib.down();
    this.#tell(encodeTermination());
    this.#connection?.end();
    this.#connection = undefined;
  }

  #peer(name: string): Monitored {
    let peer = this.#peers.get(name);
    if (peer === undefined) {
      peer = { context: INITIAL_CONTEXT };
      this.#peers.set(name, peer);
    }
    return peer;
  }

  #connected(connection: Connection): void {
    const { description, name, speaker, host } = this.#options;
    this.#connection = connection;
    this.#retry = FIRST_RETRY;
    connection.attach({
      data: () => undefined,
      drain: () => undefined,
      close: (error) => {
        if (this.#connection === connection) this.#lost(error?.message ?? "the station closed the connection");
      },
    });
    host.log.info("monitoring station connected", { address: connection.remoteAddress, port: connection.remotePort });
    this.#tell(encodeInitiation(description, name));
    this.locRib.connected();
    for (const { name: peer, state } of speaker.status()) {
      if (state === "Established") this.#up(peer, this.#peer(peer), true);
    }
    this.#arm(STATISTICS, () => this.#statistics());
  }

  /** `dump`: the peer has been told its table already. */
  #up(name: string, peer: Monitored, dump = false): void {
    const { speaker } = this.#options;
    const status = speaker.peerStatus(name);
    const { sentOpen, receivedOpen } = peer;
    if (this.#connection === undefined || status === undefined) return;
    const { remoteAs, remoteId, localAddress, localPort, connectedPort } = status;
    if (sentOpen === undefined || receivedOpen === undefined || localAddress === undefined) return;
    const as4 = speaker.adjRibOut(name)?.context.as4 ?? peer.context.as4;
    const up = { address: status.remoteAddress, as: remoteAs ?? 0, bgpId: remoteId ?? 0, as4 };
    peer.up = up;
    const ports = { localAddress, localPort: localPort ?? 0, remotePort: connectedPort ?? 0 };
    this.#tell(encodePeerUp(this.#stamped(up), { ...ports, sentOpen, receivedOpen }));
    if (!dump) return;
    const { messages = [], families = [] } = speaker.adjRibOut(name) ?? {};
    // A table ends with End-of-RIB here too (RFC 7854 §5).
    for (const update of [...messages, ...families.map(encodeEndOfRib)]) {
      this.#tell(encodeRouteMonitoring(this.#stamped(up), update));
    }
  }

  #statistics(): void {
    for (const [name, { up }] of this.#peers) {
      const status = up && this.#options.speaker.peerStatus(name);
      if (up !== undefined && status !== undefined) this.#tell(encodeStatistics(this.#stamped(up), status.advertised));
    }
    this.locRib.statistics();
    this.#arm(STATISTICS, () => this.#statistics());
  }

  #stamped(peer: Omit<BmpPeer, "at">): BmpPeer {
    return { ...peer, at: this.#options.host.clock.wall() };
  }

  #tell(bytes: Uint8Array): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    connection.write(bytes);
    if (connection.buffered <= (this.#options.mostBuffered ?? MOST_BUFFERED)) return;
    this.#lost("the station does not keep up");
    connection.destroy();
  }

  #lost(why: string): void {
    if (this.#closed) return;
    const had = this.#connection !== undefined;
    this.#connection = undefined;
    this.locRib.lost();
    for (const peer of this.#peers.values()) peer.up = undefined;
    const { host, address, port } = this.#options;
    if (had || this.#retry === FIRST_RETRY) host.log.warn("monitoring station lost", { address, port, error: why });
    const wait = this.#retry;
    this.#retry = Math.min(LONGEST_RETRY, 2 * wait);
    this.#arm(wait, () => this.start());
  }

  #arm(milliseconds: number, then: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#options.host.clock.setTimer(milliseconds, then);
  }
}
