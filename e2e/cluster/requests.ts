/** A client's HTTP requests to the lab's Pods, each on a connection of its own. */
import { join } from "node:path";
import { until } from "../lab/index.ts";
import type { LabNode, Task } from "../lab/index.ts";

/** What a Pod's server says of itself and of who asked. */
export interface Answer {
  readonly pod: string;
  readonly node: string;
  readonly client: string;
}

const LIMIT_SECONDS = "2";

/** One request; rejects where it fails. */
export async function ask(client: LabNode, url: string): Promise<Answer> {
  const { stdout } = await client.exec("curl", ["-sS", "-m", LIMIT_SECONDS, url]);
  return JSON.parse(stdout) as Answer;
}

/** Several, one after the other. */
export async function answers(
  client: LabNode,
  url: string,
  count: number,
): Promise<{ readonly answers: readonly Answer[]; readonly failures: readonly string[] }> {
  const all: Answer[] = [];
  const failures: string[] = [];
  for (let asked = 0; asked < count; asked += 1) {
    try {
      all.push(await ask(client, url));
    } catch (error) {
      failures.push(error instanceof Error ? error.message : String(error));
    }
  }
  return { answers: all, failures };
}

/** A client that asks every 5 ms until it is stopped. */
export class SteadyClient {
  readonly #task: Task;

  constructor(client: LabNode, url: string) {
    this.#task = client.spawn(process.execPath, [join(import.meta.dirname, "steady.ts"), "5", url], { name: "steady" });
  }

  async answered(): Promise<void> {
    const seen = (): string => this.#task.output();
    await until("the first answer", () => this.#task.output().startsWith("answered") || undefined, { seen });
  }

  /** Who answered how often, and each failure with its time. */
  async stop(): Promise<{ readonly answers: Readonly<Record<string, number>>; readonly failures: readonly string[] }> {
    await this.#task.stop();
    return JSON.parse(this.#task.output().trim().split("\n").at(-1) ?? "") as Awaited<ReturnType<SteadyClient["stop"]>>;
  }
}
