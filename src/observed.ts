/** What can be seen of a running agent: values, read at the moment somebody asks. Status and metrics are made of it. */
import type { AnnouncedRoute } from "./announce/bgp.ts";
import type { BackendStatus } from "./backend/report.ts";
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

/** What goes on with the API server. */
export interface ObservedApi {
  /** Requests by method and outcome: "PATCH 2xx", "PATCH 409", "WATCH ECONNREFUSED". */
  readonly requests: ReadonlyMap<string, number>;
  /** Lists and watches that began, and those that failed, by kind: "Service watch", "Node failure". */
  readonly reads: ReadonlyMap<string, number>;
  /** Objects that wait to be written, by kind. */
  readonly waiting: ReadonlyMap<string, number>;
  /** From the decision to the answer, by kind. */
  readonly writes: ReadonlyMap<string, PassCounts>;
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
  /** Of a cluster. */
  readonly api?: ObservedApi;
  /** From a change that the source told to the last byte of the routes that follow; of a speaker. */
  readonly wire?: PassCounts;
  /** By role. */
  readonly passes: ReadonlyMap<string, PassCounts>;
  readonly process: ProcessFigures;
}
