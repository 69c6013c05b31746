/**
 * What one established session still has to send: a table it is going through, changes to it, the marks at its end.
 * What the socket does not take yet waits by prefix, not by message (RFC 4271 §9.2, RFC 4724 §2, RFC 7313 §4).
 */
import { Afi, MessageType, SAFI_UNICAST, encodeEndOfRib, encodeMessage } from "bgp-ts-codec";
import type { Clock, Random, Timer } from "../ports.ts";
import type { Session } from "../session/session.ts";
import { familyList } from "../session/open.ts";
import { marker } from "./chunk.ts";
import type { Chunk } from "./chunk.ts";
import { prefixOf } from "./group.ts";
import type { UpdateGroup } from "./group.ts";
import { Pending } from "./pending.ts";
import { Run } from "./run.ts";
import type { Change, ChangeItem } from "./table.ts";
import type { PrefixKey } from "./key.ts";
import { reversed } from "./tables.ts";
import type { Position } from "./tables.ts";
import type { Unsent } from "./types.ts";
import { Work } from "./work.ts";

export interface TransmitterOptions {
  readonly group: UpdateGroup;
  readonly session: Pick<Session, "writable" | "sendRoutes">;
  readonly clock: Clock;
  readonly random: Random;
  /** Put BoRR and EoRR around a refreshed table (RFC 7313). */
  readonly enhancedRefresh: boolean;
  /** Seconds; see `PeerConfig.minAdvertisementInterval`. */
  readonly interval: () => number;
  /** Everything is written. */
  synced(): void;
  /** These routes cannot be sent, which was not so before. */
  unsent(unsent: readonly Unsent[]): void;
}

/** Pending prefixes encoded at once. */
const SLICE = 16_384;
/** Bytes written before the event loop gets its turn. */
const TURN_BYTES = 512 * 1024;

export class Transmitter {
  readonly #options: TransmitterOptions;
  readonly #families: readonly Afi[];
  readonly #pending = new Pending();
  /** Encoded, and next to be written. */
  #queue: Chunk[] = [];
  #run: Run | undefined;
  #position: Position | undefined;
  readonly #refreshes = new Set<Afi>();
  #unsent = new Map<PrefixKey, Unsent>();
  /** Something was to be sent since "synced" was told. */
  #busy = false;
  #announceAt = 0;
  #timer: Timer | undefined;
  #stopped = false;

  constructor(options: TransmitterOptions) {
    this.#options = options;
    this.#families = familyList(options.group.output.families);
  }

  /** Sends the whole table at `position`, which may be moved on later, then End-of-RIB of each family. */
  start(position: Position): void {
    this.#position = position;
    this.#begin(new Run(this.#families, "initial", this.#options.group, position.table));
    const unsent = this.#listUnsent(position);
    if (unsent.length > 0) this.#options.unsent(unsent);
    this.pump();
  }

  get started(): boolean {
    return this.#position !== undefined;
  }

  /** The peer's list went through these changes. */
  changed(changes: readonly Change[]): void {
    const unsent = changes.flatMap((change) => this.#noteUnsent(change.items));
    for (const change of changes) this.#add(change);
    this.#busy = true;
    if (unsent.length > 0) this.#options.unsent(unsent);
    this.pump();
  }

  /** The peer asks for the table of a family again; one that is under way is finished first (RFC 2918 §4). */
  refresh(afi: Afi): void {
    if (!this.#families.includes(afi)) return;
    this.#refreshes.add(afi);
    this.pump();
  }

  /** Writes as long as the socket takes it. */
  pump(): void {
    let bytes = 0;
    while (!this.#stopped && this.#options.session.writable) {
      if (bytes >= TURN_BYTES) {
        this.#wait(0);
        return;
      }
      const chunk = this.#next();
      if (chunk === undefined) {
        this.#rest();
        return;
      }
      bytes += chunk.bytes.length;
      this.#options.session.sendRoutes(chunk.bytes, chunk.type, chunk.messages);
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  get unsent(): readonly Unsent[] {
    return [...this.#unsent.values()];
  }

  /** Of `routes` in the list those on the wire, and the prefixes still to be written. */
  counts(routes: number): { readonly advertised: number; readonly pending: number } {
    if (!this.started) return { advertised: 0, pending: routes };
    const queued = this.#queue.reduce((sum, { prefixes }) => sum + prefixes, 0);
    const left = this.#run?.left ?? 0;
    const missing = this.#pending.additions + queued + (this.#run?.kind === "initial" ? left : 0);
    return {
      advertised: Math.max(0, routes - this.#unsent.size - missing),
      pending: this.#pending.withdraws + this.#pending.reaches + queued + left,
    };
  }

  #begin(run: Run): void {
    this.#run = run;
    this.#busy = true;
    const position = this.#position;
    if (position === undefined) return;
    // Others have moved the table on: what differs here is said apart.
    const items = reversed(position.table.after(position.version));
    for (const item of items) this.#merge(item, run.kind === "initial" ? undefined : "unknown");
  }

  #add(change: Change): void {
    const { group, interval } = this.#options;
    const idle = this.#run === undefined && this.#queue.length === 0 && this.#pending.empty;
    if (idle && interval() === 0) {
      this.#queue.push(...group.change(change));
      return;
    }
    for (const item of change.items) {
      const known = typeof group.delivery(item.before) === "object" ? item.before : undefined;
      this.#merge(item, this.#run === undefined ? known : "unknown");
    }
  }

  #merge(item: ChangeItem, known: Parameters<Pending["set"]>[2]): void {
    const deliverable = typeof this.#options.group.delivery(item.after) === "object";
    this.#pending.set(item.key, prefixOf(item), known, deliverable ? item.after : undefined);
    this.#run?.skip.add(item.key);
  }

  /** The next chunk: withdrawals, then the table, then announcements, then the marks at the end of the table. */
  #next(): Chunk | undefined {
    for (;;) {
      const chunk = this.#queue.shift();
      if (chunk !== undefined) return chunk;
      if (this.#pending.withdraws > 0) {
        this.#encodeWithdraws();
        continue;
      }
      const run = this.#run;
      const table = run?.next();
      if (table !== undefined) {
        this.#queue = [...table];
        continue;
      }
      if (this.#pending.reaches > 0) {
        const wait = run === undefined ? this.#announceAt - this.#options.clock.now() : 0;
        if (wait > 0) {
          this.#wait(wait);
          return undefined;
        }
        this.#encodeReaches();
        continue;
      }
      if (run !== undefined) {
        this.#queue = this.#marks(run);
        this.#run = undefined;
        continue;
      }
      if (!this.#startRefresh()) return undefined;
    }
  }

  #encodeWithdraws(): void {
    const work = new Work(this.#options.group.output.context);
    for (const prefix of this.#pending.takeWithdraws(SLICE)) work.withdraw(prefix);
    this.#queue = work.chunks();
  }

  #encodeReaches(): void {
    const { group, clock, random, interval } = this.#options;
    const work = new Work(group.output.context);
    for (const route of this.#pending.takeReaches(SLICE)) {
      const bucket = group.delivery(route);
      if (typeof bucket === "object") work.announce(bucket, route.prefix);
    }
    this.#queue = work.chunks();
    if (this.#pending.reaches === 0) this.#announceAt = clock.now() + interval() * 1000 * (0.75 + 0.25 * random());
  }

  #marks(run: Run): Chunk[] {
    if (run.kind === "initial") {
      return this.#families.map((afi) => marker(encodeEndOfRib(afi), MessageType.Update));
    }
    return this.#options.enhancedRefresh ? run.families.map((afi) => this.#refreshMark(afi, 2)) : [];
  }

  /** BoRR is subtype 1, EoRR 2 (RFC 7313 §3.2). */
  #refreshMark(afi: Afi, subtype: 1 | 2): Chunk {
    const message = { type: MessageType.RouteRefresh, afi, subtype, safi: SAFI_UNICAST };
    return marker(encodeMessage(message, this.#options.group.output.context), message.type);
  }

  #startRefresh(): boolean {
    const [afi] = this.#refreshes;
    if (afi === undefined || this.#position === undefined) return false;
    this.#refreshes.delete(afi);
    this.#begin(new Run([afi], "refresh", this.#options.group, this.#position.table));
    if (this.#options.enhancedRefresh) this.#queue = [this.#refreshMark(afi, 1)];
    return true;
  }

  #rest(): void {
    if (!this.#busy || !this.started || this.#pending.reaches > 0) return;
    this.#busy = false;
    this.#options.synced();
  }

  #wait(milliseconds: number): void {
    this.#timer?.cancel();
    this.#timer = this.#options.clock.setTimer(milliseconds, () => {
      this.#timer = undefined;
      this.pump();
    });
  }

  #listUnsent(position: Position): readonly Unsent[] {
    const { group } = this.#options;
    this.#unsent = new Map([Afi.Ipv4, Afi.Ipv6].flatMap((afi) => [...group.snapshot(position.table, afi).unsent]));
    this.#noteUnsent(reversed(position.table.after(position.version)));
    return this.unsent;
  }

  /** Answers those that are new. */
  #noteUnsent(items: readonly ChangeItem[]): Unsent[] {
    const added: Unsent[] = [];
    for (const item of items) {
      const reason = this.#options.group.delivery(item.after);
      if (typeof reason !== "string") {
        this.#unsent.delete(item.key);
        continue;
      }
      const unsent = { prefix: prefixOf(item), reason };
      if (this.#unsent.get(item.key)?.reason !== reason) added.push(unsent);
      this.#unsent.set(item.key, unsent);
    }
    return added;
  }
}
