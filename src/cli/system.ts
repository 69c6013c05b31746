/** What commands need of the world outside; main.ts makes the real one, tests make their own. */
import type { Backend, Feature } from "../backend/backend.ts";
import type { Reply, Route } from "../net/http.ts";
import type { ProcessFigures } from "../observed.ts";
import type { LogFormat, LogLevel, Logger } from "../log/index.ts";
import type { BackendOptions } from "./backend-options.ts";
import type { Source } from "../source/source.ts";
import type { StatusSink } from "../status/status.ts";

export interface System {
  out(text: string): void;
  err(text: string): void;
  /** All of stdin; empty where it is a terminal. */
  input(): Promise<string>;
  /** An environment variable; undefined where it is unset or empty. */
  env(name: string): string | undefined;
  log(options: { readonly level: LogLevel; readonly format: LogFormat | undefined }): Promise<Logger>;
  /** Rejects with a UsageError where the path is not there. */
  source(options: { readonly config: string; readonly state?: string }): Promise<Source>;
  status(options: { readonly state: string; readonly log: Logger }): Promise<StatusSink>;
  /** The right to write as the one controller of the state folder: `lead` when it is had, `lost` when it is no longer. */
  lease(options: {
    readonly state: string;
    readonly log: Logger;
    readonly lead: () => void;
    readonly lost: (reason: string) => void;
  }): Promise<{ release(): Promise<void> }>;
  /** `options` has what backends of other names need too. */
  backend(name: string, options: BackendOptions, log: Logger): Promise<Backend>;
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
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
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
