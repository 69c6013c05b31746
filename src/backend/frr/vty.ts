/** What this backend needs of its host: the command sockets of FRR's daemons. */
import { RefusedError } from "../daemon/daemon.ts";

export interface VtyAnswer {
  readonly command: string;
  readonly text: string;
  /** 0: done. */
  readonly status: number;
}

/** Connects when it is first used and again after a loss; a fresh connection begins without privileges. */
export interface Vty {
  /** In order, without others between them. Rejects with one sentence for people where the daemon cannot be reached. */
  run(commands: readonly string[]): Promise<readonly VtyAnswer[]>;
  close(): void;
}

/** Changes the configuration in one go, and says which line `daemon` refused and in which words. */
export async function configure(vty: Vty, commands: readonly string[], daemon = "bgpd"): Promise<void> {
  const answers = await vty.run(["enable", "configure terminal", ...commands, "end"]);
  const refused = answers.filter(({ status }) => status !== 0);
  const [first] = refused;
  if (first === undefined) return;
  const said = first.text.trim().replaceAll(/\s+/g, " ").replace(/^% ?/, "");
  const others = refused.length === 1 ? "" : ` (and ${refused.length - 1} more)`;
  throw new RefusedError(`${daemon} refused "${hidden(first.command)}"${said === "" ? "" : `: ${said}`}${others}`);
}

function hidden(command: string): string {
  return command.replace(/( password ).*/, "$1[secret]");
}

export async function show(vty: Vty, command: string): Promise<string> {
  const answers = await vty.run(["enable", command]);
  return answers.at(-1)?.text ?? "";
}
