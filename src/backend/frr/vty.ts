/** What this backend needs of its host: the command socket of bgpd, and time. */

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

/** Milliseconds throughout; `wall` is Unix time. */
export interface Clock {
  wall(): number;
  setTimer(milliseconds: number, fire: () => void): { cancel(): void };
}

/** Lines that the daemon did not take; the others of the same change it took. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

/** Changes the configuration in one go, and says which line was refused and in which words. */
export async function configure(vty: Vty, commands: readonly string[]): Promise<void> {
  const answers = await vty.run(["enable", "configure terminal", ...commands, "end"]);
  const refused = answers.filter(({ status }) => status !== 0);
  const [first] = refused;
  if (first === undefined) return;
  const said = first.text.trim().replaceAll(/\s+/g, " ").replace(/^% ?/, "");
  const others = refused.length === 1 ? "" : ` (and ${refused.length - 1} more)`;
  throw new RefusedError(`bgpd refused "${hidden(first.command)}"${said === "" ? "" : `: ${said}`}${others}`);
}

function hidden(command: string): string {
  return command.replace(/( password ).*/, "$1[secret]");
}

export async function show(vty: Vty, command: string): Promise<string> {
  const answers = await vty.run(["enable", command]);
  return answers.at(-1)?.text ?? "";
}
