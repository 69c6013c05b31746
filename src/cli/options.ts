/** What the commands are called with, once parsed. */
import type { Leave } from "../backend/backend.ts";
import type { BackendOptions } from "./backend-options.ts";

/** What the agent commands share. */
export interface AgentOptions extends BackendOptions {
  readonly config: string;
  readonly state: string;
  readonly nodeName?: string;
  readonly http: HttpAddress | "off";
  readonly lbClass?: string;
  readonly ignoreExcludeLb: boolean;
  readonly onStop: Leave;
  readonly logLevel: "all" | "debug" | "info" | "warn" | "error" | "none";
  readonly logFormat?: "text" | "json";
}

/** Where to serve HTTP; `host` empty: on all addresses. */
export interface HttpAddress {
  readonly host: string;
  readonly port: number;
}

export interface PlanArguments {
  readonly file?: string;
  /** Two paths: before and after. */
  readonly diff?: readonly string[];
  readonly output: "table" | "json" | "yaml";
  readonly lbClass?: string;
  readonly ignoreExcludeLb: boolean;
  readonly backend: string;
}

export interface CheckArguments {
  readonly file: string;
  readonly output: "text" | "json";
}

export interface DecodeArguments {
  readonly as4: boolean;
  readonly ibgp?: boolean;
  readonly addPath: boolean;
  readonly extended: boolean;
}

export interface StatusArguments {
  readonly http: HttpAddress;
  readonly output: "text" | "json";
  /** The parts to print; all but routes where none is named. */
  readonly peers?: boolean;
  readonly services?: boolean;
  readonly routes?: boolean;
  readonly problems?: boolean;
}

export interface WhyArguments {
  readonly http: HttpAddress;
}
