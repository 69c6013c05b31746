/** What can be seen of a running agent: values, read at the moment somebody asks. Status and metrics are made of it. */
import type { AnnouncedRoute } from "./announce/bgp.ts";
import type { BackendStatus } from "./backend/backend.ts";
import type { LookingGlass } from "./backend/looking-glass.ts";
import type { Allocation, PoolUsage } from "./model/allocation.ts";
import type { PassCounts } from "./pass-times.ts";
import type { CurrentProblem } from "./problem-log.ts";
import type { World } from "./world.ts";

export interface ObservedController {
  allocation(service: string): Allocation | undefined;
  /** Services that have not all they ask for. */
  readonly waiting: number;
  usage(): readonly PoolUsage[];
}

export interface ObservedSpeaker {
  announcement(service: string): { readonly peers: readonly string[]; readonly reasons: readonly string[] };
  routes(): readonly AnnouncedRoute[];
  status(): BackendStatus;
  /** Brings what `status` answers up to date. */
  refresh(): Promise<void>;
  readonly glass?: LookingGlass;
}

/** What the operating system says of this process. */
export interface ProcessFigures {
  readonly cpuSeconds: number;
  readonly residentBytes: number;
  /** Unix time in seconds. */
  readonly startTime: number;
}

export interface Observed {
  readonly version: string;
  readonly roles: readonly string[];
  readonly node?: string;
  /** What is still to happen before it is ready; empty: it is. */
  readonly waiting: readonly string[];
  readonly world: Pick<World, "services" | "size" | "synced" | "updates">;
  readonly problems: readonly CurrentProblem[];
  readonly controller?: ObservedController;
  readonly speaker?: ObservedSpeaker;
  /** By role. */
  readonly passes: ReadonlyMap<string, PassCounts>;
  readonly process: ProcessFigures;
}
