/** Herald as the speaker of a pair. */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LabNode, Task } from "../lab/index.ts";
import { NETWORK, peer, services, stream } from "./manifests.ts";
import type { PeerOptions } from "./manifests.ts";

const HERALD = join(import.meta.dirname, "..", "..", "bin", "herald");

export interface HeraldOptions {
  readonly onStop?: "withdraw" | "keep";
  /** HOST:PORT; off unless given. */
  readonly http?: string;
  /** Further arguments. */
  readonly more?: readonly string[];
}

export class Herald {
  task: Task;
  readonly #node: LabNode;
  readonly #folder: string;
  #options: HeraldOptions;

  /** Starts `herald run` in the node with these peers and as many Services. */
  constructor(node: LabNode, peers: readonly PeerOptions[], count: number, options: HeraldOptions = {}) {
    this.#node = node;
    this.#options = options;
    this.#folder = join(node.folder, `herald-${node.tasks.length}`);
    mkdirSync(join(this.#folder, "config"), { recursive: true });
    mkdirSync(join(this.#folder, "state"));
    this.configure(peers, count);
    this.task = this.#run();
  }

  /** What another command of it prints in the same node. */
  async run(...args: readonly string[]): Promise<string> {
    return (await this.#node.exec(HERALD, args)).stdout;
  }

  /** How often a session came up since the last start, by the log. */
  get sessions(): number {
    return this.task.output().match(/ session up /g)?.length ?? 0;
  }

  #run(): Task {
    const folders = ["--config", join(this.#folder, "config"), "--state", join(this.#folder, "state")];
    const { onStop = "withdraw", http = "off", more = [] } = this.#options;
    const others = ["--node-name", "speaker", "--http", http, "--log-format", "text", "--on-stop", onStop, ...more];
    return this.#node.spawn(HERALD, ["run", ...folders, ...others], { name: "herald" });
  }

  /** Ends it and starts it anew on the same folders, with what `changed` says; `meanwhile` is done in between. */
  async restart(
    changed: HeraldOptions = {},
    meanwhile: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<void> {
    await this.task.stop();
    await meanwhile();
    this.#options = { ...this.#options, ...changed };
    this.task = this.#run();
  }

  /** Replaces the manifests, as an editor does. */
  configure(peers: readonly PeerOptions[], count: number): void {
    const text = stream([...NETWORK, ...peers.map(peer), ...services(count)]);
    writeFileSync(join(this.#folder, "all.yaml"), text);
    renameSync(join(this.#folder, "all.yaml"), join(this.#folder, "config", "all.yaml"));
  }
}
