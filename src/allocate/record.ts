/** What the allocator remembers of one Service. */
import type { Address } from "../model/address.ts";
import { compareAddresses, formatAddress, sameAddress } from "../model/address.ts";
import type { Allocation, AllocationEvent } from "../model/allocation.ts";
import type { Pool } from "../model/config.ts";
import type { ServiceView } from "../model/service.ts";
import type { Ledger } from "./ledger.ts";
import { notForService } from "./pins.ts";
import type { Namespaces } from "./pins.ts";
import type { Placement } from "./search.ts";
import { sameClaim } from "./sharing.ts";
import type { Claim } from "./sharing.ts";
import { formatAddresses, formatPool } from "./text.ts";
import type { Want } from "./want.ts";

/** Why a Service has not what it asks for. */
export interface Pending {
  readonly text: string;
  /** Absent: nothing that anyone has to be told. */
  readonly event?: Pick<AllocationEvent, "type" | "reason">;
}

/** The part that a decision replaces as a whole. */
export interface Standing {
  /** IPv4 before IPv6. */
  readonly addresses: readonly Address[];
  readonly pool: string | undefined;
  /** Under which the addresses are in the ledger; undefined: they are not. */
  readonly claim: Claim | undefined;
  readonly pending: Pending | undefined;
}

/** There is one for every Service: what follows from these at little cost is not kept. */
export interface ServiceRecord {
  readonly key: string;
  /** The Service as it is now. */
  view: ServiceView;
  /** What it brings to an address now. */
  claim: Claim;
  standing: Standing;
  /** Its place in the line while it is pending. */
  turn: bigint | undefined;
}

/** A Service seen for the first time, with what its status says it has. */
export function firstRecord(view: ServiceView, claim: Claim): ServiceRecord {
  const addresses = asWritten(view, view.ingress.toSorted(compareAddresses));
  const pool = addresses.length > 0 ? view.allocatedFrom : undefined;
  return {
    key: view.key,
    view,
    claim,
    standing: { addresses, pool, claim: undefined, pending: undefined },
    turn: undefined,
  };
}

/** The Service changed, or its status, which mostly says what was decided: then its list is kept, and ours is not. */
export function renew(record: ServiceRecord, view: ServiceView, claim: Claim): void {
  record.view = view;
  if (!sameClaim(record.claim, claim)) record.claim = claim;
  const addresses = asWritten(view, record.standing.addresses);
  if (addresses !== record.standing.addresses) record.standing = { ...record.standing, addresses };
}

/** The list of the status where that is the same one. */
function asWritten({ ingress }: ServiceView, addresses: readonly Address[]): readonly Address[] {
  const same = ingress.every((one, index) => {
    const other = addresses[index];
    return other !== undefined && sameAddress(one, other);
  });
  return same && ingress.length === addresses.length ? ingress : addresses;
}

/** What the Service holds by right. */
export function heldBy({ standing }: ServiceRecord): Placement | undefined {
  const { addresses, pool, claim } = standing;
  return claim === undefined || pool === undefined || addresses.length === 0 ? undefined : { addresses, pool };
}

export function releaseAll(record: ServiceRecord, ledger: Ledger): void {
  const { addresses, claim } = record.standing;
  if (claim !== undefined) for (const address of addresses) ledger.release(address, claim);
  record.standing = { ...record.standing, addresses: [], pool: undefined, claim: undefined };
}

export function takeAll(record: ServiceRecord, { addresses, pool }: Placement, ledger: Ledger): void {
  const { claim } = record;
  releaseAll(record, ledger);
  for (const address of addresses) ledger.take(address, claim);
  record.standing = { ...record.standing, addresses, pool, claim };
}

/**
 * Puts what the Service has into the ledger as it is now, under its present claim, and lets go of what it may no longer
 * have. Returns a sentence for each address that goes.
 */
export function reassert(record: ServiceRecord, want: Want, ledger: Ledger, namespaces: Namespaces): string[] {
  const { addresses, claim } = record.standing;
  const lost: string[] = [];
  let kept: Placement | undefined;
  // The address of the primary family decides which pool it is.
  for (const address of addresses.toSorted((a, b) => preference(a, want) - preference(b, want))) {
    const pool = ledger.poolOf(address);
    const objection =
      pool === undefined
        ? "is in no pool"
        : (misfit(address, pool, kept, want) ??
          notForRecord(record, pool, namespaces) ??
          ledger.objection(address, record.claim));
    if (objection !== undefined) lost.push(`${formatAddress(address)} ${objection}`);
    else if (pool !== undefined) kept = { addresses: [...(kept?.addresses ?? []), address], pool: pool.name };
  }
  if (lost.length === 0 && claim !== undefined && sameClaim(claim, record.claim)) return lost;
  releaseAll(record, ledger);
  if (kept !== undefined) {
    const sorted = lost.length === 0 ? addresses : kept.addresses.toSorted(compareAddresses);
    takeAll(record, { ...kept, addresses: sorted }, ledger);
  }
  return lost;
}

function preference(address: Address, want: Want): number {
  return want.families.indexOf(address.family);
}

/** Why an address does not go with the families of the Service, or with the one that it keeps. */
function misfit(address: Address, pool: Pool, kept: Placement | undefined, want: Want): string | undefined {
  if (!want.families.includes(address.family))
    return `does not fit: the Service has no IPv${address.family} cluster IP`;
  if (kept === undefined) return undefined;
  if (kept.addresses.some(({ family }) => family === address.family)) return "is a second one of its family";
  if (kept.pool === pool.name) return undefined;
  return `is of ${formatPool(pool.name)}, and ${formatAddresses(kept.addresses)} of ${formatPool(kept.pool)}`;
}

function notForRecord(record: ServiceRecord, pool: Pool, namespaces: Namespaces): string | undefined {
  const excluded = notForService(pool, record.view, namespaces);
  return excluded === undefined ? undefined : `is of ${formatPool(pool.name)}, which ${excluded}`;
}

/** Addresses that `before` had and `after` has not, or has under another claim: someone else may now have use of them. */
export function relinquished(before: Standing, after: Standing): readonly Address[] {
  const { claim } = before;
  if (claim === undefined) return [];
  const unchanged = after.claim !== undefined && sameClaim(claim, after.claim);
  return unchanged ? gained(after, before) : before.addresses;
}

/** What `after` has and `before` has not. */
function gained(before: Standing, after: Standing): readonly Address[] {
  return after.addresses.filter((address) => !before.addresses.some((other) => sameAddress(address, other)));
}

/**
 * What is to be told of a change: what went, what came, and why something is still lacking where that is news. `lost` is
 * undefined for one who only tried again: that the obstacle is another by now is then no news.
 */
export function eventsOf(before: Standing, after: Standing, lost: readonly string[] | undefined): AllocationEvent[] {
  const events: AllocationEvent[] = [];
  if (lost !== undefined && lost.length > 0) {
    events.push({ type: "Normal", reason: "ClearAssignment", message: `released: ${lost.join("; ")}` });
  }
  const added = gained(before, after);
  if (added.length > 0 && after.pool !== undefined) {
    const message = `assigned ${formatAddresses(added)} from ${formatPool(after.pool)}`;
    events.push({ type: "Normal", reason: "IPAllocated", message });
  }
  const { pending } = after;
  const known = lost === undefined ? sameReason : samePending;
  if (pending?.event !== undefined && !known(pending, before.pending)) {
    events.push({ ...pending.event, message: pending.text });
  }
  return events;
}

export function allocationOf(record: ServiceRecord, events: readonly AllocationEvent[]): Allocation {
  const { addresses, pool, pending } = record.standing;
  return {
    service: record.key,
    addresses,
    ...(pool === undefined ? {} : { pool }),
    ...(pending === undefined ? {} : { pending: pending.text }),
    events,
  };
}

export function sameStanding(a: Standing, b: Standing): boolean {
  return (
    a.pool === b.pool &&
    a.addresses.length === b.addresses.length &&
    gained(a, b).length === 0 &&
    samePending(a.pending, b.pending)
  );
}

function samePending(a: Pending | undefined, b: Pending | undefined): boolean {
  return a?.text === b?.text && sameReason(a, b);
}

function sameReason(a: Pending | undefined, b: Pending | undefined): boolean {
  return a?.event?.reason === b?.event?.reason;
}
