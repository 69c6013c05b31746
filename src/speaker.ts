/**
 * The speaker of one node: source → api → intent → plan → announce → backend.
 * It reads the addresses that the controller wrote to the Services' status, and announces them.
 */
import { bfdConditions } from "./bfd-conditions.ts";
import { BgpAnnouncer } from "./announce/bgp.ts";
import type { AnnouncedRoute } from "./announce/bgp.ts";
import type { Backend } from "./backend/backend.ts";
import { Drain } from "./announce/drain.ts";
import type { DrainOptions } from "./announce/drain.ts";
import { routerIdOf } from "./announce/router-id.ts";
import { HealthGate } from "./announce/health-gate.ts";
import type { HealthGateOptions } from "./announce/health-gate.ts";
import type { Logger } from "./log/index.ts";
import { formatAddress } from "./model/address.ts";
import type { Reason, ServicePlan } from "./model/announcement.ts";
import { refOfService } from "./model/service.ts";
import type { NodeView } from "./model/service.ts";
import { createPlanner } from "./plan/index.ts";
import type { Planner } from "./plan/index.ts";
import { SessionLog } from "./session-log.ts";
import { SpeakerEvents } from "./speaker-events.ts";
import { SessionStates } from "./session-states.ts";
import type { StatusSink } from "./status/status.ts";
import type { Change, World } from "./world.ts";

export interface SpeakerOptions {
  readonly nodeName: string;
  readonly world: World;
  readonly sink: StatusSink;
  readonly backend: Backend;
  readonly log: Logger;
  readonly loadBalancerClass?: string;
  readonly ignoreExcludeLabel: boolean;
  /** How the node gives up its traffic. */
  readonly drain: Pick<DrainOptions, "wait" | "timers">;
  /** A cordoned node gives up its traffic too. */
  readonly drainOnCordon: boolean;
  /** Peers may still have what the last run on this node announced, and the node forwards for it. */
  readonly resumes?: boolean;
  /** Asks the health checks that advertisements wait for; absent: nothing waits. */
  readonly healthChecks?: HealthChecks;
  /** Runs a pass; a host that measures takes the time around it. */
  readonly timed?: (pass: () => void) => void;
}

export interface HealthChecks {
  readonly clock: HealthGateOptions["clock"];
  /** Undefined: the node with that address has endpoints; else why it is not known to. Never rejects. */
  readonly ask: (address: string, port: number) => Promise<string | undefined>;
}

/** What was last said about a Service: the peers it is announced to, and why not, or not everywhere. */
interface Said {
  readonly peers: readonly string[];
  readonly reasons: readonly string[];
  /** The same with their codes. */
  readonly why: readonly Reason[];
  /** It has no address yet. */
  readonly waiting: boolean;
}

const NOTHING: Said = { peers: [], reasons: [], why: [], waiting: false };

export class Speaker {
  readonly #options: SpeakerOptions;
  readonly #announcer: BgpAnnouncer;
  readonly #sessions: SessionStates;
  readonly #events: SpeakerEvents;
  readonly #gate: HealthGate | undefined;
  /** Services to plan in the next pass. */
  readonly #dirty = new Set<string>();
  readonly #said = new Map<string, Said>();
  /** What is said of Services that nothing is in the way of, by their peers: nearly all have the same. */
  readonly #plainly = new Map<string, Said>();
  /** What was said that peers ask for and the backend lacks. */
  #saidOfPeers: ReadonlySet<string> = new Set();
  #saidMissing = false;
  /** This node as it was last seen. */
  #known: NodeView | undefined;
  #planner: Planner | undefined;
  readonly #drain: Drain;
  /** Why the node gives up its traffic, after "the node". */
  #leaving: string | undefined;
  /** The configuration or this node changed: everything is planned again. */
  #everything = true;
  #problemsDirty = true;
  #passDue = false;
  #stopped = false;
  #ready = false;
  /** What is seen of the peers is to be told again. */
  #peersDue = false;

  constructor(options: SpeakerOptions) {
    this.#options = options;
    this.#announcer = new BgpAnnouncer(options.backend);
    this.#drain = new Drain({
      ...options.drain,
      // Who cannot say what is not written yet may have written it.
      heard: () =>
        options.backend
          .status()
          .peers.some(({ advertised, pending, routes }) => advertised > 0 || (pending === undefined && routes > 0)),
      changed: (presence) => {
        this.#announcer.setPresence(presence);
        if (presence === "lowered") options.log.info("leaving: routes are the last resort", { node: options.nodeName });
        this.#everything = true;
        this.#schedule();
      },
    });
    const { healthChecks: checks } = options;
    this.#gate =
      checks &&
      new HealthGate({
        clock: checks.clock,
        ask: (port) => checks.ask(this.#address(), port),
        announced: (service) => this.#announcer.announces(service),
        ...(options.resumes === true && { earlier: () => options.sink.announced(options.nodeName) }),
        changed: (services) => {
          for (const service of services) this.#dirty.add(service);
          this.#schedule();
        },
      });
    const sessions = new SessionLog(options.log);
    const { nodeName: node, sink, world } = options;
    this.#events = new SpeakerEvents({ node, sink, peer: (name) => world.peer(name) });
    this.#sessions = new SessionStates(() => options.backend.status());
    options.backend.subscribe((event) => {
      sessions.hear(event);
      if (!this.#stopped) this.#events.hear(event);
      if (this.#sessions.hear(event)) queueMicrotask(() => this.#tellAgain());
      if (event.type === "bfd" || event.type === "error") this.#peersLater();
    });
  }

  /** True once everything the source had is planned and the backend was told. */
  get ready(): boolean {
    return this.#ready;
  }

  /** To which peers a Service is announced, and why not to others or not at all: also where that is not worth a log line. */
  announcement(key: string): { readonly peers: readonly string[]; readonly reasons: readonly string[] } {
    const said = this.#said.get(key);
    if (said !== undefined && said.peers.length + said.reasons.length > 0) return said;
    const service = this.#options.world.services.get(key);
    const plan = service && this.#planner?.plan(service, this.#options.world.slicesOf(key));
    return { peers: [], reasons: plan?.reasons.map(({ text }) => text) ?? [] };
  }

  /** What is to be announced now. */
  routes(): readonly AnnouncedRoute[] {
    return this.#announcer.routes();
  }

  /** Why this node gives up its traffic, after "the node"; undefined: it does not. */
  get leaving(): string | undefined {
    return this.#leaving;
  }

  /** Lets routers move the traffic elsewhere, then announces nothing more; resolves when that is done. */
  async leave(): Promise<void> {
    this.#leaving ??= "stops";
    await this.#drain.leave();
  }

  /** From now on the backend hears nothing more from here: it is about to close. */
  stop(): void {
    this.#stopped = true;
    this.#gate?.close();
  }

  take(changes: readonly Change[]): void {
    for (const change of changes) this.#take(change);
    this.#schedule();
  }

  #schedule(): void {
    if (!this.#options.world.synced || this.#passDue) return;
    this.#passDue = true;
    const { timed = (pass) => pass() } = this.#options;
    queueMicrotask(() => timed(() => this.#pass()));
  }

  #take(change: Change): void {
    switch (change.type) {
      case "service":
        this.#dirty.add(change.key);
        break;
      case "endpoints":
        this.#dirty.add(change.service);
        break;
      case "node":
        if (change.name === this.#options.nodeName) this.#everything = true;
        break;
      case "config":
        this.#everything = true;
        break;
      case "problems":
        this.#problemsDirty = true;
        break;
      case "namespace":
      case "synced":
        break;
    }
  }

  /** One pass over what changed in this turn. */
  #pass(): void {
    if (this.#stopped) return;
    this.#passDue = false;
    this.#announcer.batch(() => {
      if (this.#everything) this.#planEverything();
      else for (const key of this.#dirty) this.#planService(key);
      this.#everything = false;
      this.#dirty.clear();
    });
    const { nodeName, sink, world } = this.#options;
    // What was announced before a restart must be in the first table, or a router that kept it takes it for gone.
    if (!this.#ready && this.#gate?.settled !== false) {
      this.#announcer.start();
      this.#gate?.begin();
      this.#ready = true;
      sink.pruneAnnouncements(nodeName, new Set(this.#said.keys()));
    }
    if (this.#problemsDirty) {
      sink.configuration("speaker", nodeName, world.problems);
      this.#peersLater();
      this.#events.problems(world.problems);
    }
    this.#problemsDirty = false;
  }

  #planEverything(): void {
    const { nodeName, backend, ignoreExcludeLabel, loadBalancerClass } = this.#options;
    const node = this.#node();
    this.#planner = createPlanner(this.#options.world.config, node, {
      supports: (feature) => backend.supports(feature),
      ignoreExcludeLabel,
      ...(loadBalancerClass === undefined ? {} : { loadBalancerClass }),
    });
    this.#announcer.configure(this.#planner.peers, {
      nodeName,
      nodeAddresses: node.addresses,
      routerId: routerIdOf(node),
    });
    this.#weigh(node);
    this.#problemsDirty = true;
    this.#plainly.clear();
    this.#sayOfPeers(this.#planner);
    for (const key of new Set([...this.#said.keys(), ...this.#options.world.services.keys()])) this.#planService(key);
  }

  #planService(key: string): void {
    const service = this.#options.world.services.get(key);
    if (service === undefined) {
      this.#announcer.removeService(key);
      this.#gate?.forget(key);
      this.#say(key, NOTHING);
      return;
    }
    const planned = this.#planner?.plan(service, this.#options.world.slicesOf(key));
    if (planned === undefined) return;
    const plan = this.#gate?.admit(planned) ?? planned;
    this.#announcer.setService(plan);
    this.#say(key, this.#summary(this.#drain.presence === "withdrawn" ? this.#withdrawn(plan) : plan));
  }

  #summary(plan: ServicePlan): Said {
    const said = summary(plan);
    if (said.why.length > 0) return said;
    const peers = said.peers.join(" ");
    const one = this.#plainly.get(peers) ?? said;
    this.#plainly.set(peers, one);
    return one;
  }

  /** The node goes, or stays after all. An agent that ends does not change its mind. */
  #weigh({ name, leaving, cordoned }: NodeView): void {
    if (this.#leaving === "stops") return;
    const why = leaving ?? (cordoned === true && this.#options.drainOnCordon ? "is cordoned" : undefined);
    if (why === this.#leaving) return;
    this.#leaving = why;
    this.#options.log.info("node leaves", { node: name, reason: why ?? "it stays" });
    if (why === undefined) this.#drain.stay();
    else void this.#drain.leave();
  }

  #withdrawn(plan: ServicePlan): ServicePlan {
    if (plan.announcements.length === 0) return plan;
    const text = `node ${this.#options.nodeName} ${this.#leaving ?? "stops"}: others announce ${plan.service}`;
    return { ...plan, announcements: [], reasons: [{ code: "nodeLeaving", text }, ...plan.reasons] };
  }

  /** Where this node answers for its Services. */
  #address(): string {
    const { nodeName, world } = this.#options;
    const [address] = world.nodes.get(nodeName)?.addresses ?? [];
    return address === undefined ? "127.0.0.1" : formatAddress(address);
  }

  /**
   * What is known of this node; where the input has Nodes and not this one, that is worth a word. One that was deleted
   * is as it last was, but for its traffic: sessions and router ID stay, or routers could not be told.
   */
  #node(): NodeView {
    const { log, nodeName, world } = this.#options;
    const node = world.nodes.get(nodeName);
    const missing = node === undefined && world.nodes.size > 0;
    if (missing && !this.#saidMissing)
      log.warn("no Node object of this name", { node: nodeName, nodes: [...world.nodes.keys()] });
    this.#saidMissing = missing;
    if (node !== undefined) this.#known = node;
    else if (missing && this.#known !== undefined) return { ...this.#known, leaving: "was deleted" };
    return this.#known ?? unknownNode(nodeName);
  }

  #sayOfPeers({ peerReasons }: Planner): void {
    const now = new Set(peerReasons.map(({ text }) => text));
    for (const { peer, text } of peerReasons) {
      if (!this.#saidOfPeers.has(text)) this.#options.log.warn("peer not as configured", { peer, reason: text });
    }
    this.#saidOfPeers = now;
    this.#events.lacking(peerReasons);
  }

  #tell(service: string, { peers, reasons }: Said): void {
    const { nodeName: node, sink, world } = this.#options;
    const untold = this.#sessions.untold(peers, world.services.get(service)?.ingress ?? []);
    sink.announcement({ service, node, peers, reasons, untold });
  }

  /** Once a turn, however many sessions change in it. */
  #peersLater(): void {
    if (this.#peersDue) return;
    this.#peersDue = true;
    queueMicrotask(() => {
      this.#peersDue = false;
      if (this.#stopped) return;
      const { backend, nodeName, sink } = this.#options;
      sink.peers(nodeName, bfdConditions(backend.status().peers));
    });
  }

  /** A session came up or ended: what is announced is the same, and what peers have of it is not. */
  #tellAgain(): void {
    const changed = this.#sessions.take();
    if (changed.size === 0 || this.#stopped) return;
    for (const [key, said] of this.#said) if (said.peers.some((peer) => changed.has(peer))) this.#tell(key, said);
  }

  /** Status, log and events, only where something is different from what was said before. */
  #say(key: string, now: Said): void {
    const before = this.#said.get(key) ?? NOTHING;
    if (now === NOTHING) this.#said.delete(key);
    else this.#said.set(key, now);
    if (sameTexts(before.peers, now.peers) && sameTexts(before.reasons, now.reasons)) return;
    const { log, nodeName, sink, world } = this.#options;
    this.#tell(key, now);
    const { peers, reasons } = now;
    if (peers.length === 0) {
      if (before.peers.length > 0) log.info("service withdrawn", { service: key, reasons });
      // Without an address it is the controller that has more to say.
      else if (now.waiting) log.debug("service not announced", { service: key, reasons });
      else if (reasons.length > 0) log.info("service not announced", { service: key, reasons });
    } else if (!sameTexts(before.peers, peers) || reasons.length === 0) {
      log.info("service announced", { service: key, peers });
    }
    if (peers.length > 0 && reasons.length > 0) log.info("service not announced as asked", { service: key, reasons });
    const service = world.services.get(key);
    this.#events.service(key, service && refOfService(service), now.why);
    if (service === undefined || before.peers.length > 0 || now.peers.length === 0) return;
    sink.event({
      ref: refOfService(service),
      component: "speaker",
      node: nodeName,
      type: "Normal",
      reason: "nodeAssigned",
      message: `announcing from node "${nodeName}" with protocol "bgp"`,
      minor: true,
    });
  }
}

/** A node of which the source has said nothing: no selector but the empty one matches it. */
function unknownNode(name: string): NodeView {
  return { name, labels: {}, networkUnavailable: false, addresses: [] };
}

/** A Service that is not a load balancer is not worth a word. */
function summary(plan: ServicePlan): Said {
  const reasons = plan.reasons.filter(({ code }) => code !== "notLoadBalancer" && code !== "foreignLoadBalancerClass");
  const peers = new Set(plan.announcements.map(({ peer }) => peer));
  return {
    peers: [...peers].sort(),
    reasons: reasons.map(({ text }) => text),
    why: reasons,
    waiting: reasons.some(({ code }) => code === "noIPAllocated"),
  };
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((text, index) => text === b[index]);
}
