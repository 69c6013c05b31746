/** What runs the sessions: a thread with its own sockets and clock, handed in by the composition root. */
import type { DropCounters, Path, PathConfig, PathStatus, Problem, SessionsEvent } from "@herald/bfd";
import type { BfdTimers } from "../backend/report.ts";

export interface EngineStatus {
  /** Each with why it cannot send or receive, where it cannot. */
  readonly sessions: readonly (PathStatus & { readonly trouble?: string })[];
  readonly dropped: DropCounters;
  readonly lateness: Omit<BfdTimers, "scheduling" | "dropped">;
  /** The priority that the sessions run with, in words. */
  readonly scheduling: string;
}

export interface EngineHandlers {
  readonly onEvent: (event: SessionsEvent) => void;
  /** A configuration that was not taken. */
  readonly refused: (user: string, problem: Problem) => void;
  /** It ended by itself, and every session begins anew. */
  readonly lost: (reason: string) => void;
}

export interface BfdEngine {
  set(user: string, path: Path, config: PathConfig): void;
  remove(user: string): void;
  /** As it was at the last `refresh`. */
  status(): EngineStatus | undefined;
  refresh(): Promise<void>;
  /** Every peer is told that this end goes down on purpose; then it ends. */
  close(): Promise<void>;
}
