/** Finds what a Service asks for, or says of each place why it is not there and what to wait for. */
import type { Address, Family } from "../model/address.ts";
import { compareAddresses, formatAddress, sameAddress } from "../model/address.ts";
import type { Pool } from "../model/config.ts";
import type { AddressRequest, ServiceView } from "../model/service.ts";
import type { Ledger } from "./ledger.ts";
import { notForService } from "./pins.ts";
import type { Namespaces } from "./pins.ts";
import type { Claim } from "./sharing.ts";
import { formatAddresses, formatFamilies, formatPool, formatReasons } from "./text.ts";
import { addressLane, poolLane } from "./waiting.ts";
import type { Lane } from "./waiting.ts";
import { distinctFamilies } from "./want.ts";
import type { Want } from "./want.ts";

export interface Placement {
  /** IPv4 before IPv6. */
  readonly addresses: readonly Address[];
  readonly pool: string;
}

/** Why not, and what would help. */
export interface Refusal {
  /** What it asks for and why each place does not fit, to follow "asks for". */
  readonly text: string;
  readonly lanes: readonly Lane[];
}

export type Finding = Placement | Refusal;

export interface Question {
  readonly ledger: Ledger;
  readonly namespaces: Namespaces;
  readonly view: ServiceView;
  readonly request: AddressRequest;
  readonly claim: Claim;
  readonly want: Want;
  /** What it has, all of it valid; undefined: nothing. */
  readonly held: Placement | undefined;
}

/** Has the Service all it asks for? */
export function isSatisfied({ request, want, held }: Question): boolean {
  if (held === undefined || (request.pool !== undefined && request.pool !== held.pool)) return false;
  if (request.addresses.length > 0) return misfit(request, want) === undefined && sameSet(held, request);
  return missingFamilies(want, held).length === 0;
}

export function missingFamilies(want: Want, held: Placement): Family[] {
  return want.families.filter((family) => held.addresses.every((address) => address.family !== family));
}

export function search(question: Question): Finding {
  const { request, held, want, ledger } = question;
  if (request.addresses.length > 0) return searchExplicit(question);
  if (request.pool !== undefined && ledger.pool(request.pool) === undefined) {
    return { text: `${asked(question)}: there is no ${formatPool(request.pool)}`, lanes: [] };
  }
  if (held === undefined || (request.pool !== undefined && request.pool !== held.pool)) return searchPools(question);
  const additional = complete(question, held);
  return want.oneWillDo || !("text" in additional) ? additional : searchPools(question);
}

/** Adds what is missing from the pool of what is held. */
export function complete({ ledger, want, claim }: Question, held: Placement): Finding {
  const missing = missingFamilies(want, held);
  const found = missing.flatMap((family) => ledger.lowest(held.pool, family, claim) ?? []);
  if (found.length === missing.length) return place(held.pool, [...held.addresses, ...found]);
  return {
    text: `${formatFamilies(missing)} beside it: ${lack(ledger, held.pool, missing, claim)}`,
    lanes: missing.map((family) => poolLane(held.pool, family)),
  };
}

function searchExplicit(question: Question): Finding {
  const { ledger, request, want, claim } = question;
  const refuse = (why: string): Refusal => ({
    text: `${asked(question)}: ${why}`,
    lanes: request.addresses.map(addressLane),
  });
  const why = misfit(request, want);
  if (why !== undefined) return refuse(why);
  const pools = new Set<Pool>();
  for (const address of request.addresses) {
    const text = formatAddress(address);
    const pool = ledger.poolOf(address);
    if (pool === undefined) return refuse(`${text} is in no pool`);
    if (request.pool !== undefined && request.pool !== pool.name)
      return refuse(`${text} is of ${formatPool(pool.name)}`);
    const excluded = notForService(pool, question.view, question.namespaces);
    if (excluded !== undefined) return refuse(`${text} is of ${formatPool(pool.name)}, which ${excluded}`);
    const objection = ledger.objection(address, claim);
    if (objection !== undefined) return refuse(`${text} ${objection}`);
    pools.add(pool);
  }
  const names = [...pools].map(({ name }) => name);
  const [name] = names;
  if (name === undefined || names.length > 1) return refuse(`they are of different pools, ${names.join(" and ")}`);
  return place(name, request.addresses);
}

/** Why the families asked for are not those of the Service. */
function misfit(request: AddressRequest, want: Want): string | undefined {
  const families = distinctFamilies(request.addresses);
  if (families.length < request.addresses.length) return "they are of one family";
  const alien = families.find((family) => !want.families.includes(family));
  if (alien !== undefined) return `the Service has no IPv${alien} cluster IP`;
  if (families.length < want.families.length && !want.oneWillDo) return "the Service requires one of each family";
  return undefined;
}

function searchPools(question: Question): Finding {
  const { ledger, want, claim } = question;
  const candidates = candidatePools(question);
  const partial = new Map<Family, Placement>();
  for (const pool of candidates) {
    if (exclusion(pool, question) !== undefined) continue;
    const found = want.families.flatMap((family) => ledger.lowest(pool.name, family, claim) ?? []);
    if (found.length === want.families.length) return place(pool.name, found);
    for (const address of found) {
      if (!partial.has(address.family)) partial.set(address.family, place(pool.name, [address]));
    }
  }
  const best = want.families.flatMap((family) => partial.get(family) ?? [])[0];
  return want.oneWillDo && best !== undefined ? best : explain(candidates, question);
}

function candidatePools({ ledger, request }: Question): readonly Pool[] {
  if (request.pool === undefined) return ledger.pools;
  const pool = ledger.pool(request.pool);
  return pool === undefined ? [] : [pool];
}

/** Why the pool is out of the question, as the end of a sentence. */
function exclusion(pool: Pool, { request, view, namespaces }: Question): string | undefined {
  if (request.pool === undefined && !pool.autoAssign) return "is only for those who ask for it (autoAssign is false)";
  return notForService(pool, view, namespaces);
}

function explain(candidates: readonly Pool[], question: Question): Refusal {
  const { ledger, want, claim, held } = question;
  const reasons: string[] = [];
  const lanes = new Set<Lane>();
  for (const pool of candidates) {
    const excluded = exclusion(pool, question);
    if (excluded !== undefined) {
      reasons.push(`${formatPool(pool.name)} ${excluded}`);
      continue;
    }
    const own = held?.pool === pool.name ? held : undefined;
    const needed = own === undefined ? want.families : missingFamilies(want, own);
    reasons.push(lack(ledger, pool.name, needed, claim));
    for (const lane of helpfulLanes(pool.name, needed, question)) lanes.add(lane);
  }
  return { text: `${asked(question)}: ${formatReasons(reasons)}`, lanes: [...lanes] };
}

function helpfulLanes(pool: string, needed: readonly Family[], { ledger, want, claim }: Question): Lane[] {
  const possible = needed.filter((family) => ledger.has(pool, family));
  if (needed.length > 1 && !want.oneWillDo) {
    if (possible.length < needed.length) return [];
    // One who may share can be helped on one side only, where the other side is exhausted.
    if (claim.sharingKey === "") return [poolLane(pool, "both")];
  }
  return possible.map((family) => poolLane(pool, family));
}

/** What a pool lacks of the families needed; at least one is not to be had. */
function lack(ledger: Ledger, pool: string, needed: readonly Family[], claim: Claim): string {
  const lacking = needed.filter((family) => ledger.lowest(pool, family, claim) === undefined);
  const parts = lacking.map((family) => {
    if (!ledger.has(pool, family)) return `no IPv${family} addresses`;
    return claim.sharingKey === "" ? `no free IPv${family} address` : `no IPv${family} address free or to share`;
  });
  return `${formatPool(pool)} has ${parts.join(" and ")}`;
}

function asked({ request, want }: Question): string {
  const from = request.pool === undefined ? "" : ` from ${formatPool(request.pool)}`;
  if (request.addresses.length > 0) return `${formatAddresses(request.addresses)}${from}`;
  if (!want.oneWillDo) return `${formatFamilies(want.families)}${from}`;
  return `${want.families.map((family) => `an IPv${family}`).join(" or ")} address${from}`;
}

function place(pool: string, addresses: readonly Address[]): Placement {
  return { pool, addresses: [...addresses].sort(compareAddresses) };
}

function sameSet(held: Placement, request: AddressRequest): boolean {
  return (
    held.addresses.length === request.addresses.length &&
    held.addresses.every((address) => request.addresses.some((other) => sameAddress(address, other)))
  );
}
