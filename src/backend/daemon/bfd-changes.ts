/** What became of a BFD session of the daemon between two looks at it. */
import type { BackendEvent } from "../backend.ts";
import type { BfdReport } from "../report.ts";

type BfdEvent = Extract<BackendEvent, { readonly type: "bfd" }>;

interface BfdChanges {
  /** As it is now, since when. */
  readonly report: BfdReport;
  readonly events: readonly BfdEvent[];
}

const ADMIN_DOWN = "administratively down";

/** `now` is Unix time in milliseconds. Also a session that went and came back between the looks is told of. */
export function bfdChanges(peer: string, before: BfdReport | undefined, seen: BfdReport, now: number): BfdChanges {
  const again =
    before?.state === "Up" && seen.state === "Up" && (seen.counters?.ups ?? 0) > (before.counters?.ups ?? 0);
  const same = before?.state === seen.state && !again;
  // What the daemon says in whole seconds wavers from look to look.
  const since = seen.state === undefined ? undefined : same ? before?.since : (seen.since ?? now);
  const report = since === undefined ? seen : { ...seen, since };
  if (same || seen.state === undefined) return { report, events: [] };
  const states = again ? (["Down", "Up"] as const) : [seen.state];
  return { report, events: states.map((state) => eventOf(peer, before, { ...seen, state })) };
}

function eventOf(
  peer: string,
  before: BfdReport | undefined,
  { state, diagnostic = "none", remoteDiagnostic = "none" }: BfdReport & Pick<BfdEvent, "state">,
): BfdEvent {
  const asked = state === "AdminDown" || remoteDiagnostic === ADMIN_DOWN;
  const failure = before?.state === "Up" && state !== "Up" && !asked;
  return { type: "bfd", peer, state, diagnostic, remoteDiagnostic, failure };
}
