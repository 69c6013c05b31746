/** The address allocator: which Service has which addresses, and what each waits for. */
import type { Address, Family } from "../model/address.ts";
import type { Allocation, PoolUsage } from "../model/allocation.ts";
import type { Pool } from "../model/config.ts";
import type { Labels } from "../model/selector.ts";
import type { NamespaceView, ServiceView } from "../model/service.ts";
import { decide } from "./decide.ts";
import { Ledger } from "./ledger.ts";
import {
  allocationOf,
  eventsOf,
  firstRecord,
  reassert,
  releaseAll,
  relinquished,
  renew,
  sameStanding,
} from "./record.ts";
import type { ServiceRecord, Standing } from "./record.ts";
import { PortLists, claimOf } from "./sharing.ts";
import { WaitingLines, addressLane, poolLane } from "./waiting.ts";
import type { Lane } from "./waiting.ts";
import { wantOf } from "./want.ts";

export interface AllocatorOptions {
  /** Only Services of this class are handled; absent: only those without a class. */
  readonly loadBalancerClass?: string;
  /** False: a sharing key counts only within its namespace. Default true. */
  readonly shareAcrossNamespaces?: boolean;
}

/** What one call has changed. */
class Round {
  /** How things stood, by Service, in the order in which they were first touched. */
  readonly before = new Map<string, Standing>();
  /** Of those looked at in their own right: why they lose which addresses. */
  readonly lost = new Map<string, readonly string[]>();
  /** Addresses that someone who waits may now be able to have. */
  readonly freed: Address[] = [];

  open(record: ServiceRecord): void {
    if (!this.before.has(record.key)) this.before.set(record.key, record.standing);
  }
}

export class Allocator {
  readonly #options: AllocatorOptions;
  #ledger = new Ledger([]);
  /** The pools in canonical text, to tell a change from a repetition. */
  #poolsText = "";
  readonly #namespaces = new Map<string, Labels>();
  readonly #records = new Map<string, ServiceRecord>();
  readonly #portLists = new PortLists();
  readonly #byNamespace = new Map<string, Set<string>>();
  readonly #waiting = new WaitingLines<ServiceRecord>();
  #turns = 0n;

  constructor(options: AllocatorOptions = {}) {
    this.#options = options;
  }

  /** Takes the pools and namespaces that there are from now on. Returns what changes for Services. */
  setPools(pools: ReadonlyMap<string, Pool>, namespaces: Iterable<NamespaceView>): readonly Allocation[] {
    const changed = this.#replaceNamespaces(namespaces);
    const text = canonical([...pools.values()]);
    if (text === this.#poolsText) return this.#reconsiderNamespaces(changed);
    this.#poolsText = text;
    const round = new Round();
    const records = [...this.#records.values()].sort(compareKeys);
    for (const record of records) {
      round.open(record);
      record.standing = { ...record.standing, claim: undefined };
    }
    this.#ledger = new Ledger(pools.values());
    return this.#reconsider(records, round);
  }

  setNamespace({ name, labels }: NamespaceView): readonly Allocation[] {
    if (canonical(this.#namespaces.get(name)) === canonical(labels)) return [];
    this.#namespaces.set(name, labels);
    return this.#reconsiderNamespaces([name]);
  }

  removeNamespace(name: string): readonly Allocation[] {
    return this.#namespaces.delete(name) ? this.#reconsiderNamespaces([name]) : [];
  }

  /**
   * The first pass, with every Service there is: what they already have is confirmed, in an order of its own, before
   * anything new is given, so that nobody takes an address that another has held before a restart. Returns a decision
   * for each Service that is handled.
   */
  start(services: Iterable<ServiceView>): readonly Allocation[] {
    const round = new Round();
    const records: ServiceRecord[] = [];
    const dismissed: Allocation[] = [];
    for (const view of [...services].sort(compareKeys)) {
      if (this.#handles(view)) records.push(this.#recordOf(view));
      else dismissed.push(...this.#dismiss(view, round));
    }
    return [...dismissed, ...this.#reconsider(records, round, new Set(records.map(({ key }) => key)))];
  }

  /** Its own decision first, if it is handled; then those of others whom it helped. */
  upsert(view: ServiceView): readonly Allocation[] {
    const round = new Round();
    if (!this.#handles(view)) return [...this.#dismiss(view, round), ...this.#settle(round)];
    return this.#reconsider([this.#recordOf(view)], round, new Set([view.key]));
  }

  /** The Service is no more. Returns the decisions of others whom that helped. */
  remove(key: string): readonly Allocation[] {
    const round = new Round();
    this.#forget(key, round);
    return this.#settle(round);
  }

  /** Sorted by pool. */
  usage(): PoolUsage[] {
    return this.#ledger.usage();
  }

  /** The decision in force, without events; undefined: not a Service that is handled. */
  allocation(key: string): Allocation | undefined {
    const record = this.#records.get(key);
    return record && allocationOf(record, []);
  }

  /** Those that have not all they ask for, first come first. */
  waiting(): readonly Allocation[] {
    return this.#waiting.items().map((record) => allocationOf(record, []));
  }

  #handles(view: ServiceView): boolean {
    return view.type === "LoadBalancer" && view.loadBalancerClass === this.#options.loadBalancerClass;
  }

  /** An unhandled Service loses what it has from us; one that once was a load balancer is cleaned of the traces. */
  #dismiss(view: ServiceView, round: Round): Allocation[] {
    const traces = view.type !== "LoadBalancer" && (view.ingress.length > 0 || view.allocatedFrom !== undefined);
    const known = this.#forget(view.key, round);
    return known || traces ? [{ service: view.key, addresses: [], events: [] }] : [];
  }

  #forget(key: string, round: Round): boolean {
    const record = this.#records.get(key);
    if (record === undefined) return false;
    const before = record.standing;
    releaseAll(record, this.#ledger);
    round.freed.push(...relinquished(before, record.standing));
    if (record.turn !== undefined) this.#waiting.delete(record.turn);
    this.#records.delete(key);
    const { namespace } = record.view;
    const neighbours = this.#byNamespace.get(namespace);
    neighbours?.delete(key);
    if (neighbours?.size === 0) this.#byNamespace.delete(namespace);
    return true;
  }

  /** Once a Service is known, our own decision counts, and not what its status says. */
  #recordOf(view: ServiceView): ServiceRecord {
    const claim = claimOf(view, this.#options.shareAcrossNamespaces ?? true, this.#portLists);
    const known = this.#records.get(view.key);
    if (known !== undefined) {
      renew(known, view, claim);
      return known;
    }
    const record = firstRecord(view, claim);
    this.#records.set(view.key, record);
    const neighbours = this.#byNamespace.get(view.namespace) ?? new Set();
    this.#byNamespace.set(view.namespace, neighbours.add(view.key));
    return record;
  }

  #replaceNamespaces(namespaces: Iterable<NamespaceView>): Set<string> {
    const given = new Map([...namespaces].map(({ name, labels }) => [name, labels]));
    const changed = new Set<string>();
    for (const name of [...this.#namespaces.keys(), ...given.keys()]) {
      if (canonical(this.#namespaces.get(name)) !== canonical(given.get(name))) changed.add(name);
    }
    this.#namespaces.clear();
    for (const [name, labels] of given) this.#namespaces.set(name, labels);
    return changed;
  }

  #reconsiderNamespaces(names: Iterable<string>): readonly Allocation[] {
    const keys = [...names].flatMap((name) => [...(this.#byNamespace.get(name) ?? [])]);
    return this.#reconsider(keys.flatMap((key) => this.#records.get(key) ?? []));
  }

  /** `always`: whose decision is to be returned even where it is the same as before. */
  #reconsider(
    records: Iterable<ServiceRecord>,
    round = new Round(),
    always?: ReadonlySet<string>,
  ): readonly Allocation[] {
    const byKey = [...records].sort(compareKeys);
    for (const record of byKey) {
      round.open(record);
      this.#reassert(record, round);
    }
    for (const record of byKey.toSorted(compareNeeds)) {
      // What it has counts from its confirmation on: before, as after a time without pools, it may have been nobody's.
      const confirmed = record.standing;
      this.#decide(record);
      round.freed.push(...relinquished(confirmed, record.standing));
    }
    for (const record of byKey) {
      const before = round.before.get(record.key);
      if (before !== undefined) round.freed.push(...relinquished(before, record.standing));
    }
    return this.#settle(round, always);
  }

  #reassert(record: ServiceRecord, round: Round): void {
    const want = wantOf(record.view);
    let lost: readonly string[] = [];
    if (want === undefined) releaseAll(record, this.#ledger);
    else if (this.#ledger.pools.length > 0) lost = reassert(record, want, this.#ledger, this.#namespaces);
    round.lost.set(record.key, lost);
  }

  #decide(record: ServiceRecord): void {
    const { pending, lanes } = decide(record, this.#ledger, this.#namespaces);
    record.standing = { ...record.standing, pending };
    if (record.turn !== undefined) this.#waiting.delete(record.turn);
    if (pending === undefined) {
      record.turn = undefined;
    } else {
      record.turn ??= ++this.#turns;
      this.#waiting.add({ turn: record.turn, item: record }, record.claim.sharingKey, lanes);
    }
  }

  /** Gives what became free to those who wait for it, and what they leave for it to others, until nothing moves. */
  #settle(round: Round, always?: ReadonlySet<string>): readonly Allocation[] {
    // The list grows while those who move leave addresses behind.
    for (const address of round.freed) {
      this.#wake(address, () => [addressLane(address)], round);
      const pool = this.#ledger.poolOf(address)?.name;
      if (pool !== undefined) this.#wake(address, () => this.#poolLanes(pool, address.family), round);
    }
    const changes: Allocation[] = [];
    for (const [key, before] of round.before) {
      const record = this.#records.get(key);
      if (record === undefined) continue;
      const events = eventsOf(before, record.standing, round.lost.get(key));
      const changed = events.length > 0 || !sameStanding(before, record.standing);
      if (changed || always?.has(key) === true) changes.push(allocationOf(record, events));
    }
    return changes;
  }

  #poolLanes(pool: string, family: Family): Lane[] {
    const lanes = [poolLane(pool, family)];
    if (this.#ledger.hasFree(pool, family === 4 ? 6 : 4)) lanes.push(poolLane(pool, "both"));
    return lanes;
  }

  /** Lets those in the lanes try whom the address fits, in turn, as long as it is there to have. */
  #wake(address: Address, lanes: () => readonly Lane[], round: Round): void {
    for (let from = 0n; ;) {
      const sharingKey = this.#ledger.sharingKey(address);
      const waiter = sharingKey === "" ? undefined : this.#waiting.next(lanes(), from, sharingKey);
      if (waiter === undefined) return;
      from = waiter.turn + 1n;
      const record = waiter.item;
      if (this.#ledger.objection(address, record.claim) !== undefined) continue;
      round.open(record);
      const before = record.standing;
      this.#decide(record);
      round.freed.push(...relinquished(before, record.standing));
    }
  }
}

function compareKeys(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : 1;
}

/** Explicit requests first, so that no automatic one takes what they ask for; then first come first; then by name. */
function compareNeeds(a: ServiceRecord, b: ServiceRecord): number {
  return needRank(a) - needRank(b) || compareTurns(a.turn ?? NEVER_WAITED, b.turn ?? NEVER_WAITED) || compareKeys(a, b);
}

/** After every turn. */
const NEVER_WAITED = 1n << 64n;

function compareTurns(a: bigint, b: bigint): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function needRank({ view }: ServiceRecord): number {
  return !("invalid" in view.request) && view.request.addresses.length > 0 ? 0 : 1;
}

function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_, part: unknown) => (typeof part === "bigint" ? part.toString() : part));
}
