/** What the commands are called with, once parsed. */
import type { BackendOptions } from "./backend-options.ts";
import type { OnStop } from "./leave.ts";

/** What the agent commands share. */
export interface AgentOptions extends BackendOptions {
  readonly config?: string;
  readonly state?: string;
  readonly kubeconfig?: string;
  readonly namespace?: string;
  readonly nodeName?: string;
  /** The agent's own Pod. */
  readonly podName?: string;
  readonly http: HttpAddress | "off";
  readonly webhook: HttpAddress | "off";
  readonly webhookSecret: string;
  readonly certServiceName: string;
  /** MetalLB's: "disabled" as --webhook off, "onlywebhook" for one that hands out nothing. */
  readonly webhookMode?: "enabled" | "disabled" | "onlywebhook";
  /** MetalLB's: further ports to answer HTTP on; 0: not. */
  readonly port?: number;
  readonly healthProbePort?: number;
  readonly lbClass?: string;
  readonly ignoreExcludeLb: boolean;
  /** Where to take BGP connections; `host` empty: on all addresses. */
  readonly bgpListen: HttpAddress | "off";
  /** The station to tell what peers are sent (BMP). */
  readonly bmp?: HttpAddress;
  readonly onStop: OnStop;
  /** Seconds. */
  readonly drainTime: number;
  readonly drainOnCordon: boolean;
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

/** How a cluster is named to commands that only look. */
export interface ClusterArguments {
  readonly kubeconfig?: string;
  readonly namespace?: string;
  readonly lbClass?: string;
}

export interface StatusArguments extends ClusterArguments {
  readonly http: HttpAddress;
  readonly output: "text" | "json";
  /** The parts to print; all but routes where none is named. */
  readonly peers?: boolean;
  readonly services?: boolean;
  readonly routes?: boolean;
  readonly problems?: boolean;
}

export interface BfdArguments {
  readonly http: HttpAddress;
  readonly output: "text" | "json";
}

export interface GlassArguments {
  readonly http: HttpAddress;
  /** "mrt": of `log` alone. */
  readonly output: "text" | "json" | "mrt";
}

export interface WhyArguments extends ClusterArguments {
  readonly http: HttpAddress;
  /** Of a cluster: ask the agents of the nodes too. */
  readonly live?: boolean;
}
