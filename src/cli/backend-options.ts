/** The options that say what speaks BGP on a node. */
import type { Command } from "commander";
import { InvalidArgumentError, Option } from "commander";

export const BACKENDS = ["native", "frr", "gobgp"] as const;

export interface BackendOptions {
  readonly backend: string;
  /** By node; the others have `backend`. */
  readonly backendFor: ReadonlyMap<string, string>;
  readonly frrVty: string;
  readonly gobgpApi: string;
  /** PEM files. */
  readonly gobgpCa?: string;
  readonly gobgpCert?: string;
  readonly gobgpKey?: string;
}

function nonEmpty(value: string): string {
  if (value !== "") return value;
  throw new InvalidArgumentError("It must not be empty.");
}

function forNode(value: string, before: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const [, node = "", name = ""] = /^([^=]+)=(\w+)$/.exec(value) ?? [];
  if (BACKENDS.some((one) => one === name)) return new Map([...before, [node, name]]);
  throw new InvalidArgumentError(`Write NODE=BACKEND, where BACKEND is ${BACKENDS.join(", ")}.`);
}

export function backendOptions(command: Command): Command {
  return command
    .addOption(new Option("--backend <name>", "what speaks BGP").choices([...BACKENDS]).default("native"))
    .addOption(
      new Option("--backend-for <node=name>", "another backend on one node; may be given more than once")
        .argParser(forNode)
        .default(new Map<string, string>(), "none"),
    )
    .addOption(
      new Option("--frr-vty <dir>", "folder of the command sockets of FRR's daemons, for --backend frr")
        .argParser(nonEmpty)
        .default("/var/run/frr"),
    )
    .addOption(
      new Option("--gobgp-api <address>", "HOST:PORT or unix:///PATH of gobgpd's API, for --backend gobgp")
        .argParser(nonEmpty)
        .default("127.0.0.1:50051"),
    )
    .addOption(
      new Option("--gobgp-ca <file>", "PEM certificates that gobgpd's API is trusted by: TLS").argParser(nonEmpty),
    )
    .addOption(new Option("--gobgp-cert <file>", "PEM certificate to show to gobgpd").argParser(nonEmpty))
    .addOption(new Option("--gobgp-key <file>", "its key").argParser(nonEmpty));
}

/** The backend of a node. */
export function backendOf({ backend, backendFor }: BackendOptions, node: string): string {
  return backendFor.get(node) ?? backend;
}
