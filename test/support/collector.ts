/** A router in a few lines: it waits for connections, agrees to everything, and keeps what it is told. */
import type { Connection, Dialer, Listener } from "@herald/bgp";
import {
  AS_TRANS,
  Afi,
  SAFI_UNICAST,
  decodeMessage,
  encodeMessage,
  endOfRibFamily,
  formatPrefix,
  readHeader,
} from "bgp-ts-codec";
import type { Capability, CodecContext, Message, NextHop, Nlri, PathAttributes, UpdateMessage } from "bgp-ts-codec";

const FAMILIES = [Afi.Ipv4, Afi.Ipv6];
const CEASE = 6;
const HARD_RESET = 9;

export interface CollectorOptions {
  readonly address?: string;
  readonly port: number;
  readonly asn: number;
  /** Unsigned 32-bit, not zero. */
  readonly bgpId: number;
  /** The neighbour is in another AS. */
  readonly external: boolean;
}

export interface CollectedRoute {
  readonly afi: Afi;
  readonly attributes: PathAttributes;
  readonly nextHop?: NextHop;
}

export type CollectedChange =
  | { readonly type: "announce" | "withdraw"; readonly prefix: string }
  | { readonly type: "end-of-rib"; readonly afi: Afi };

interface Session {
  readonly connection: Connection;
  readonly lost: () => void;
}

export class Collector {
  readonly table = new Map<string, CollectedRoute>();
  readonly seen: CollectedChange[] = [];
  /** Sessions that were established so far. */
  sessions = 0;
  readonly #options: CollectorOptions;
  readonly #stale = new Set<string>();
  #session: Session | undefined;
  #closed = false;
  #close: () => Promise<void> = () => Promise.resolve();

  constructor(options: CollectorOptions) {
    this.#options = options;
  }

  /** Resolves to the port. */
  async listen(listener: Listener): Promise<number> {
    const { address, port } = this.#options;
    const where = address === undefined ? { port } : { address, port };
    const bound = await listener.listen(where, (connection) => this.#accept(connection));
    this.#close = () => bound.close();
    return bound.port;
  }

  /** Ends the session without a word. */
  cut(): void {
    this.#session?.connection.destroy();
  }

  /** Dials too, whenever there is no session; `later` calls back after a while. */
  dial(dialer: Dialer, remoteAddress: string, later: (again: () => void) => void): void {
    const again = (): void => later(() => this.dial(dialer, remoteAddress, later));
    if (this.#closed) return;
    if (this.#session !== undefined) return again();
    const { address } = this.#options;
    const from = address === undefined ? {} : { localAddress: address };
    dialer.dial(
      { remoteAddress, remotePort: this.#options.port, ...from },
      { connected: (connection) => this.#accept(connection, again), failed: again },
    );
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.cut();
    await this.#close();
  }

  #accept(connection: Connection, ended: () => void = () => undefined): void {
    const context: CodecContext = {
      as4: true,
      ebgp: this.#options.external,
      addPath: { ipv4: false, ipv6: false },
      extendedMessages: false,
    };
    const { asn, bgpId } = this.#options;
    let rest: Uint8Array = new Uint8Array(0);
    let keep: "all" | "unnotified" | "nothing" = "nothing";
    const state = { over: false };
    const send = (message: Message): void => void connection.write(encodeMessage(message, context));
    const receive = (message: Message): void => {
      switch (message.type) {
        case 1: {
          // A new session is the end of the one before, whether that has been noticed or not.
          this.#session?.lost();
          this.#session = session;
          const restart = message.capabilities.find(({ kind }) => kind === "graceful-restart");
          if (restart?.kind === "graceful-restart") keep = restart.notification ? "all" : "unnotified";
          const { version, holdTime } = message;
          const asn16 = asn > 0xffff ? AS_TRANS : asn;
          send({ type: 1, version, asn16, holdTime, bgpId, capabilities: capabilities(asn) });
          send({ type: 4 });
          this.sessions += 1;
          break;
        }
        case 2:
          this.#update(message);
          break;
        case 3:
          if (keep === "unnotified" || (message.code === CEASE && message.subcode === HARD_RESET)) keep = "nothing";
          break;
        case 4:
          send({ type: 4 });
          break;
        case 5:
          break;
      }
    };
    const session: Session = {
      connection,
      lost: () => {
        state.over = true;
        if (this.#session !== session) return;
        this.#session = undefined;
        if (keep === "nothing") this.table.clear();
        for (const prefix of this.table.keys()) this.#stale.add(prefix);
      },
    };
    connection.attach({
      data: (bytes) => {
        rest = joined(rest, bytes);
        while (!state.over) {
          const header = readHeader(rest, 0, context);
          if (header.status === "error") throw new Error(header.error.text);
          if (header.status === "incomplete" || header.length > rest.length) return;
          const decoded = decodeMessage(rest.subarray(0, header.length), context);
          if (decoded.verdict !== "ok" || decoded.message === null) throw new Error(decoded.errors[0]?.text);
          rest = rest.subarray(header.length);
          receive(decoded.message);
        }
      },
      drain() {},
      close: () => {
        session.lost();
        ended();
      },
    });
  }

  #update(update: UpdateMessage): void {
    const afi = endOfRibFamily(update);
    if (afi !== undefined) {
      this.seen.push({ type: "end-of-rib", afi });
      for (const prefix of this.#stale) {
        if (this.table.get(prefix)?.afi !== afi) continue;
        this.table.delete(prefix);
        this.#stale.delete(prefix);
      }
      return;
    }
    const { attributes, mpReach, mpUnreach } = update;
    for (const { prefix } of [...update.withdrawn, ...(mpUnreach?.nlri ?? [])]) {
      const text = formatPrefix(prefix);
      this.seen.push({ type: "withdraw", prefix: text });
      this.table.delete(text);
    }
    const { nextHop: address } = attributes;
    this.#announce(update.nlri, attributes, address === undefined ? undefined : { afi: Afi.Ipv4, address });
    this.#announce(mpReach?.nlri ?? [], attributes, mpReach?.nextHop);
  }

  #announce(nlri: readonly Nlri[], attributes: PathAttributes, nextHop: NextHop | undefined): void {
    for (const { prefix } of nlri) {
      const text = formatPrefix(prefix);
      this.seen.push({ type: "announce", prefix: text });
      this.#stale.delete(text);
      const { afi } = prefix;
      this.table.set(text, nextHop === undefined ? { afi, attributes } : { afi, attributes, nextHop });
    }
  }
}

function capabilities(asn: number): Capability[] {
  const families = FAMILIES.map((afi) => ({ afi, safi: SAFI_UNICAST, forwarding: true }));
  return [
    ...FAMILIES.map((afi) => ({ kind: "multiprotocol" as const, afi, safi: SAFI_UNICAST })),
    { kind: "four-octet-as", asn },
    { kind: "graceful-restart", restarted: false, notification: true, restartTime: 120, families },
  ];
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const whole = new Uint8Array(a.length + b.length);
  whole.set(a);
  whole.set(b, a.length);
  return whole;
}
