import { decodeMessage, encodeMessage, endOfRibFamily, formatPrefix, MessageType } from "bgp-ts-codec";
import type { Capability, CodecContext, Message, NotificationMessage, OpenMessage, UpdateMessage } from "bgp-ts-codec";
import { Framer } from "../../bgp/session/framer.ts";
import type { SimulatedConnection } from "./simulated-network.ts";

export const CONTEXT: CodecContext = {
  as4: true,
  ebgp: true,
  addPath: { ipv4: false, ipv6: false },
  extendedMessages: false,
};

export const OPEN: OpenMessage = {
  type: MessageType.Open,
  version: 4,
  asn16: 64513,
  holdTime: 90,
  bgpId: 0x0a000001,
  capabilities: [
    { kind: "multiprotocol", afi: 1, safi: 1 },
    { kind: "multiprotocol", afi: 2, safi: 1 },
    { kind: "route-refresh" },
    { kind: "enhanced-route-refresh" },
    { kind: "four-octet-as", asn: 64513 },
  ],
};

export function withCapabilities(...more: readonly Capability[]): OpenMessage {
  return { ...OPEN, capabilities: [...OPEN.capabilities, ...more] };
}

/** The other end of a session, written out by hand: it sends what it is told, and keeps what it gets. */
export class ScriptedPeer {
  readonly connection: SimulatedConnection;
  readonly messages: Message[] = [];
  /** When each came, by the network's clock. */
  readonly times: number[] = [];
  /** Routes it was told of, as "prefix" and a text of what with. */
  readonly table = new Map<string, string>();
  readonly endOfRib: number[] = [];
  closed: "no" | "in order" | "reset" = "no";
  readonly #framer: Framer;
  readonly #context: CodecContext;

  constructor(connection: SimulatedConnection, now: () => number, context: CodecContext = CONTEXT) {
    this.connection = connection;
    this.#context = context;
    this.#framer = new Framer(context);
    connection.attach({
      data: (bytes) => {
        for (const frame of this.#framer.read(bytes)) {
          if (frame.status === "error") throw new Error(frame.error.text);
          const { message, errors } = decodeMessage(frame.bytes, context);
          if (message === null || errors.length > 0) throw new Error(`undecodable: ${errors[0]?.text}`);
          this.messages.push(message);
          this.times.push(now());
          if (message.type === MessageType.Update) this.#apply(message);
        }
      },
      drain: () => undefined,
      close: (error) => (this.closed = error === undefined ? "in order" : "reset"),
    });
  }

  send(...messages: readonly Message[]): void {
    for (const message of messages) this.connection.write(encodeMessage(message, this.#context));
  }

  raw(...bytes: readonly number[]): void {
    this.connection.write(Uint8Array.from(bytes));
  }

  /** OPEN and KEEPALIVE: all it takes. */
  establish(open: OpenMessage = OPEN): void {
    this.send(open, { type: MessageType.Keepalive });
  }

  count(type: MessageType): number {
    return this.messages.filter((message) => message.type === type).length;
  }

  get updates(): UpdateMessage[] {
    return this.messages.filter((message) => message.type === MessageType.Update);
  }

  get notification(): NotificationMessage | undefined {
    return this.messages.find((message) => message.type === MessageType.Notification);
  }

  #apply(update: UpdateMessage): void {
    const { withdrawn, nlri, attributes, mpReach, mpUnreach } = update;
    const family = endOfRibFamily(update);
    if (family !== undefined) this.endOfRib.push(family);
    for (const { prefix } of [...withdrawn, ...(mpUnreach?.nlri ?? [])]) this.table.delete(formatPrefix(prefix));
    const hop = mpReach?.nextHop === undefined ? String(attributes.nextHop) : `v6:${mpReach.nextHop.address}`;
    const { med, communities = [], localPref } = attributes;
    const path = attributes.asPath?.flatMap(({ asns }) => asns).join(" ");
    const text = `${hop} [${path}] med ${med ?? "-"} pref ${localPref ?? "-"} ${communities.join(",")}`.trimEnd();
    for (const { prefix } of [...nlri, ...(mpReach?.nlri ?? [])]) this.table.set(formatPrefix(prefix), text);
  }
}
