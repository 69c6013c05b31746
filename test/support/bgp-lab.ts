import { Afi, parsePrefix } from "bgp-ts-codec";
import type { CodecContext, PathAttributes, Prefix } from "bgp-ts-codec";
import { Speaker } from "@herald/bgp";
import type { PeerConfig, PeerStatus, RecordedEvent, Route, SpeakerEvent } from "@herald/bgp";
import { ScriptedPeer } from "./scripted-peer.ts";
import { SimulatedNetwork } from "./simulated-network.ts";
import type { NetworkOptions } from "./simulated-network.ts";

/** Ours, and the router's. */
export const OUR_ADDRESS = "10.0.0.2";
export const ROUTER_ADDRESS = "10.0.0.1";

export const PEER: PeerConfig = {
  name: "router",
  remoteAddress: ROUTER_ADDRESS,
  remotePort: 179,
  localAs: 64512,
  remoteAs: 64513,
  bgpId: 0x0a000002,
  holdTime: 90,
  connectRetryTime: 5,
  families: { ipv4: true, ipv6: false },
};

export function prefix(text: string): Prefix {
  const parsed = parsePrefix(text);
  if (parsed === undefined) throw new Error(`${text} is no prefix`);
  return parsed;
}

export function route(text: string, attributes: PathAttributes = {}): Route {
  return { prefix: prefix(text), attributes };
}

/** `count` host routes from 172.16.0.0 upward that share their attributes. */
export function hostRoutes(count: number, attributes: PathAttributes = {}): Route[] {
  return Array.from({ length: count }, (_, i) => ({
    prefix: { afi: Afi.Ipv4, address: 0xac100000 + i, length: 32 },
    attributes,
  }));
}

export interface LabOptions extends NetworkOptions {
  readonly random?: () => number;
  /** Let the router connect too. */
  readonly listen?: boolean;
  /** The router takes every session. */
  readonly agreeable?: boolean;
  /** How the router reads what it gets: as an external peer by default. */
  readonly context?: CodecContext;
}

/** A speaker, and a router written out by hand that it dials. */
export class Lab {
  readonly network: SimulatedNetwork;
  readonly speaker: Speaker;
  readonly events: SpeakerEvent[] = [];
  readonly recording: RecordedEvent[] = [];
  readonly warnings: { readonly message: string; readonly fields: Record<string, unknown> | undefined }[] = [];
  /** The router's end of each connection there was. */
  readonly routers: ScriptedPeer[] = [];

  constructor(options: LabOptions = {}) {
    this.network = new SimulatedNetwork(undefined, options);
    this.network.listen(ROUTER_ADDRESS, 179, () => {
      const [, far] = this.network.connections.at(-1) ?? [];
      if (far === undefined) return;
      const router = new ScriptedPeer(far, () => this.clock.now(), options.context);
      this.routers.push(router);
      if (options.agreeable === true) router.establish();
    });
    this.speaker = new Speaker({
      host: this.network.host(OUR_ADDRESS, options.random, {
        debug: () => undefined,
        info: () => undefined,
        warn: (message, fields) => this.warnings.push({ message, fields }),
      }),
      onEvent: (event) => this.events.push(event),
      record: (event) => this.recording.push(event),
      ...(options.listen === true && { listen: { address: OUR_ADDRESS, port: 179 } }),
    });
  }

  get clock() {
    return this.network.clock;
  }

  /** The newest connection's router. */
  get router(): ScriptedPeer {
    const router = this.routers.at(-1);
    if (router === undefined) throw new Error("nobody has connected");
    return router;
  }

  get status(): PeerStatus {
    const status = this.speaker.peerStatus(PEER.name);
    if (status === undefined) throw new Error("there is no such peer");
    return status;
  }

  /** Adds the peer, and lets the clock run until its OPEN is at the router. */
  connect(config: Partial<PeerConfig> = {}): ScriptedPeer {
    const known = this.routers.length;
    this.speaker.addPeer({ ...PEER, ...config });
    this.clock.until(() => this.routers.length > known && this.router.messages.length > 0);
    return this.router;
  }

  /** Connects, and has the router agree. */
  establish(config: Partial<PeerConfig> = {}, open?: Parameters<ScriptedPeer["establish"]>[0]): ScriptedPeer {
    const router = this.connect(config);
    router.establish(open);
    this.clock.until(() => this.status.state === "Established");
    this.settle();
    return router;
  }

  /** Waits out the round trips that are under way. */
  settle(milliseconds = 50): void {
    this.clock.advance(milliseconds);
  }

  /** The states gone through, with the reasons. */
  get states(): string[] {
    return this.events.flatMap((event) =>
      event.type === "state" ? [event.reason === undefined ? event.to : `${event.to} (${event.reason})`] : [],
    );
  }

  get errors(): string[] {
    return this.events.flatMap((event) => (event.type === "error" ? [event.error.text] : []));
  }

  count(type: SpeakerEvent["type"]): number {
    return this.events.filter((event) => event.type === type).length;
  }
}
