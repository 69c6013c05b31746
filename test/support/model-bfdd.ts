/** bfdd's profiles in memory. */
import type { Vty, VtyAnswer } from "../../src/backend/frr/index.ts";

export class ModelBfdd implements Vty {
  readonly profiles = new Map<string, string[]>();
  /** What it answers to `show bfd peers json`. */
  sessionsJson = "[]";
  /** And to `show bfd peers counters json`. */
  countersJson = "[]";
  /** Every command fails with this. */
  down: Error | undefined;
  #profile: string[] = [];

  run(commands: readonly string[]): Promise<readonly VtyAnswer[]> {
    if (this.down !== undefined) return Promise.reject(this.down);
    return Promise.resolve(commands.map((command) => ({ command, text: this.#command(command), status: 0 })));
  }

  close(): void {
    this.down = new Error("closed");
  }

  #command(command: string): string {
    const [, no, name] = /^(no )?profile (\S+)$/.exec(command) ?? [];
    if (command === "show running-config") return this.#print();
    if (command === "show bfd peers json") return this.sessionsJson;
    if (command === "show bfd peers counters json") return this.countersJson;
    if (name !== undefined && no !== undefined) this.profiles.delete(name);
    else if (name !== undefined) this.profiles.set(name, (this.#profile = []));
    else if (!/^(?:enable|configure terminal|bfd|exit|end)$/.test(command)) this.#profile.push(command);
    return "";
  }

  #print(): string {
    const profiles = [...this.profiles].map(([name, lines]) => [
      ` profile ${name}`,
      ...lines.map((line) => `  ${line}`),
    ]);
    return ["bfd", ...profiles.flat(), " !", "!"].join("\n");
  }
}
