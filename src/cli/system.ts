/** What commands need of the world outside; main.ts makes the real one, tests make their own. */
import type { Backend, Feature } from "../backend/backend.ts";
import type { Timers } from "../net/clock.ts";
import type { Reply, Route } from "../net/http.ts";
import type { HttpAddress } from "./options.ts";
import type { LastRun } from "../net/restart-marker.ts";
import type { ObservedApi, ProcessFigures } from "../observed.ts";
import type { LogFormat, LogLevel, Logger } from "../log/index.ts";
import type { SourceEvent } from "../model/object.ts";
import type { BackendOptions } from "./backend-options.ts";
import type { OwnPod } from "../source/kubernetes/index.ts";
import type { Source } from "../source/source.ts";
import type { HealthChecks } from "../speaker.ts";
import type { StatusSink } from "../status/status.ts";
import type { World } from "../world.ts";

/** What one process does. */
export interface Roles {
  readonly controller: boolean;
  readonly speaker: boolean;
}

/** A folder of manifests with one for what an API server would hold, or a cluster. */
export type Where =
  | { readonly type: "folder"; readonly config: string; readonly state: string }
  | { readonly type: "cluster"; readonly kubeconfig?: string; readonly namespace?: string };

/** What an API server has at one moment. */
export interface Look {
  /** The server, for people. */
  readonly name: string;
  /** The objects that Herald reads, up to `synced`. */
  readonly events: readonly SourceEvent[];
  /** ConfigurationState and ServiceBGPStatus, as their agents wrote them. */
  readonly states: readonly unknown[];
  readonly announcements: readonly unknown[];
}

export interface AdmissionOptions {
  /** Empty: all addresses of the machine. */
  readonly host: string;
  readonly port: number;
  /** Of the Secret with its certificates, and of the Service by which it is reached. */
  readonly secret: string;
  readonly service: string;
}

/** What agents follow, and where they say what became of it. */
export interface Place {
  /** For people. */
  readonly name: string;
  /** `stateLost`: someone removed what the controller had written about a Service ("namespace/name"), or about all. */
  source(stateLost: (service?: string) => void): Source;
  /** Makes sinks, one for each who writes. */
  readonly sinks: () => StatusSink;
  /** The right to write as the one controller: `lead` is called when it is had, `lost` when it is no longer. */
  lease(told: { readonly lead: () => void; readonly lost: (reason: string) => void }): { release(): Promise<void> };
  /** What becomes of the agent's own Pod, where it is known. */
  readonly ownPod?: () => Promise<OwnPod>;
  /** What goes on with the API server, where there is one. */
  readonly api?: () => ObservedApi;
  /** Judges changes of the configuration before they are made. */
  readonly admission?: (options: AdmissionOptions) => { close(): Promise<void> };
  /** After all of the above are closed. */
  close(): void;
}

export interface PlaceOptions {
  readonly roles: Roles;
  readonly world: World;
  readonly log: Logger;
  /** The agent's own Pod. */
  readonly podName?: string;
}

export interface System {
  out(text: string): void;
  /** Bytes to stdout. */
  write(bytes: Uint8Array): void;
  err(text: string): void;
  /** All of stdin; empty where it is a terminal. */
  input(): Promise<string>;
  /** An environment variable; undefined where it is unset or empty. */
  readonly env: (name: string) => string | undefined;
  log(options: { readonly level: LogLevel; readonly format: LogFormat | undefined }): Promise<Logger>;
  /** Rejects with a UsageError where the path is not there. */
  source(options: { readonly config: string }): Promise<Source>;
  /** Rejects with an error that says what to do where it is not there. */
  place(where: Where, options: PlaceOptions): Promise<Place>;
  /** Looks at a cluster once. Rejects with an error that says what to do where it cannot. */
  look(where: Extract<Where, { type: "cluster" }>): Promise<Look>;
  /** What the last run on this node left, and notes that this one runs; without a folder for that, as far as the machine's own uptime tells. Never rejects. */
  lastRun(options: { readonly state?: string; readonly nodeName: string; readonly log: Logger }): Promise<LastRun>;
  /** `daemons`: where to find those that backends drive. */
  backend(options: {
    readonly name: string;
    readonly daemons: BackendOptions;
    readonly log: Logger;
    readonly lastRun: LastRun;
    /** Where to take BGP connections; `host` empty: on all addresses. */
    readonly listen?: HttpAddress;
    /** The station to tell what peers are sent, and how to introduce ourselves. */
    readonly bmp?: HttpAddress & { readonly name: string; readonly description: string };
  }): Promise<Backend>;
  /** What a backend of that name can do here, without starting it. */
  features(name: string): Promise<(feature: Feature) => boolean>;
  /** `host` empty: all addresses of the machine. Rejects with an error that says what to do where it cannot listen. */
  http(options: {
    readonly host: string;
    readonly port: number;
    readonly log: Logger;
    readonly routes: Readonly<Record<string, Route>>;
  }): Promise<{ close(): Promise<void> }>;
  /** Asks for a path over HTTP. Rejects where nothing answers, with an error that says why. */
  get(options: { readonly host: string; readonly port: number; readonly path: string }): Promise<Reply>;
  /** How to ask for the health of Services on a node. */
  healthChecks(): Promise<HealthChecks>;
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
  readonly timers: Timers;
  process(): ProcessFigures;
  /** Aborted on SIGTERM or SIGINT; the reason is the signal's name. */
  readonly stop: AbortSignal;
}

/** Exit codes of `herald`; documented in docs/cli.md. */
export const Exit = {
  Ok: 0,
  /** plan, check: something asked for does not work. */
  Problems: 1,
  /** Wrong usage: an unknown option, a missing value, a path that is not there. */
  Usage: 2,
  /** It could not start or go on; the message says why. */
  Failure: 3,
} as const;
export type Exit = (typeof Exit)[keyof typeof Exit];

/** A mistake in how the command was called; its message is printed with a hint to --help. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
