/**
 * MetalLB's command lines work as they are. Those of its options that mean something here are Herald's own, or two more
 * ports to answer HTTP on; the others are taken and have no effect, and the log says so.
 */
import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";

/** Of things that Herald has not, or does in another way. */
const WITHOUT_EFFECT: Readonly<Record<"both" | "controller" | "speaker", readonly string[]>> = {
  both: ["pprof-bind-address", "metrics-cert-dir", "tls-min-version", "tls-cipher-suites", "tls-curve-preferences"],
  controller: ["pod-name", "deployment", "ml-secret-name", "disable-cert-rotation", "cert-dir", "webhook-http2"],
  speaker: [
    "host",
    "ml-bindaddr",
    "ml-bindport",
    "ml-labels",
    "ml-secret-key-path",
    "ml-wan-config",
    "bgp-debounce-timeout",
    "frrk8s-namespace",
    "frrk8s-secret-passthrough",
  ],
};

function port(value: string): number {
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value);
  throw new InvalidArgumentError("Write a port, or 0 for none.");
}

export function metallbFlags(command: Command, role: "controller" | "speaker"): Command {
  for (const name of ["port", "health-probe-port"]) {
    command.addOption(new Option(`--${name} <port>`).argParser(port).hideHelp());
  }
  for (const name of [...WITHOUT_EFFECT.both, ...WITHOUT_EFFECT[role]]) {
    command.addOption(new Option(`--${name} [value]`).hideHelp());
  }
  return command;
}

/** Those without effect in a role that were written, as in "--ml-bindaddr". */
export function withoutEffect(role: "controller" | "speaker", options: Readonly<Record<string, unknown>>): string[] {
  return [...WITHOUT_EFFECT.both, ...WITHOUT_EFFECT[role]]
    .filter((name) => options[new Option(`--${name}`).attributeName()] !== undefined)
    .map((name) => `--${name}`);
}
