/** Decides one Service: keep, place, or say why not. */
import type { Ledger } from "./ledger.ts";
import type { Namespaces } from "./pins.ts";
import { heldBy, takeAll } from "./record.ts";
import type { Pending, ServiceRecord } from "./record.ts";
import { complete, isSatisfied, search } from "./search.ts";
import type { Question, Refusal } from "./search.ts";
import { formatHeld } from "./text.ts";
import type { Lane } from "./waiting.ts";
import { wantOf } from "./want.ts";

export interface Decision {
  readonly pending: Pending | undefined;
  /** What would help; empty: only a change of the Service or of the configuration. */
  readonly lanes: readonly Lane[];
}

const SETTLED: Decision = { pending: undefined, lanes: [] };

/** Moves the Service to what it asks for, if that can be had; else it stays with what it holds, which is valid. */
export function decide(record: ServiceRecord, ledger: Ledger, namespaces: Namespaces): Decision {
  const { view, claim } = record;
  const want = wantOf(view);
  const has = formatHeld(record.standing);

  if (want === undefined) return { pending: { text: `${has}: the Service has no cluster IP` }, lanes: [] };
  if (ledger.pools.length === 0) return withoutPools(record, has);
  const { request } = view;
  if ("invalid" in request) {
    const text = `${has}: ${request.invalid}`;
    return { pending: { text, event: { type: "Warning", reason: "LoadBalancerFailed" } }, lanes: [] };
  }
  if (want.contradictory) {
    const text = `${has}: the Service requires dual-stack, but has cluster IPs of IPv${want.families[0]} only`;
    return { pending: { text, event: { type: "Warning", reason: "not enough clusterips" } }, lanes: [] };
  }
  const question: Question = { ledger, namespaces, view, request, claim, want, held: heldBy(record) };
  if (isSatisfied(question)) return SETTLED;
  if (view.deleting) return { pending: { text: `${has}: it is being deleted` }, lanes: [] };

  const finding = search(question);
  if ("text" in finding) return refused(question, has, finding);
  takeAll(record, finding, ledger);
  const placed = { ...question, held: finding };
  if (isSatisfied(placed)) return SETTLED;
  const additional = complete(placed, finding);
  return "text" in additional ? refused(placed, formatHeld(record.standing), additional) : SETTLED;
}

function refused(question: Question, has: string, { text, lanes }: Refusal): Decision {
  return { pending: { text: `${has}: it asks for ${text}`, event: eventFor(question) }, lanes };
}

function eventFor({ want, request, held }: Question): NonNullable<Pending["event"]> {
  if (held === undefined) return { type: "Warning", reason: "AllocationFailed" };
  const inPlace = request.addresses.length === 0 && (request.pool === undefined || request.pool === held.pool);
  // It has what it asked for, but for the second family that it would like.
  if (want.oneWillDo && inPlace) return { type: "Normal", reason: "AdditionalAssignFailed" };
  return { type: "Warning", reason: "RequestNotMet" };
}

/** Nothing says whose the addresses are, so nobody loses one: a configuration that is gone is more likely an accident. */
function withoutPools(record: ServiceRecord, has: string): Decision {
  const text = `${has}: there are no address pools`;
  if (record.standing.addresses.length > 0) return { pending: { text }, lanes: [] };
  return { pending: { text, event: { type: "Warning", reason: "AllocationFailed" } }, lanes: [] };
}
