/** What the main thread and the BFD thread say to each other: plain data. */
import type { Path, PathConfig, PathStatus, Problem, SessionsEvent, DropCounters } from "@herald/bfd";
import type { LatenessReport } from "./lateness.ts";

export type Request =
  | { readonly type: "set"; readonly user: string; readonly path: Path; readonly config: PathConfig }
  | { readonly type: "remove"; readonly user: string }
  | { readonly type: "status" }
  /** Say AdminDown, and end. */
  | { readonly type: "leave" };

/** A session, and why it cannot send or receive where it cannot. */
export type ObservedSession = PathStatus & { readonly trouble?: string };

export interface ThreadStatus {
  readonly sessions: readonly ObservedSession[];
  readonly dropped: DropCounters;
  readonly lateness: LatenessReport;
  /** The thread's priority, in words. */
  readonly scheduling: string;
}

export type Answer =
  | { readonly type: "event"; readonly event: SessionsEvent }
  | { readonly type: "refused"; readonly user: string; readonly problem: Problem }
  | { readonly type: "status"; readonly status: ThreadStatus }
  | { readonly type: "left" };
