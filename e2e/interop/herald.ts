/** Herald as the speaker of a pair. */
import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LabNode, Task } from "../lab/index.ts";
import { TAGGED, network, peer, services, stream } from "./manifests.ts";
import type { Manifest, NodeAddresses, PeerOptions } from "./manifests.ts";

/** The command. */
export const HERALD = join(import.meta.dirname, "..", "..", "bin", "herald");

export interface HeraldOptions {
  /** "withdraw" unless given. */
  readonly onStop?: "auto" | "withdraw" | "keep" | "drain";
  readonly addresses?: NodeAddresses;
  /** HOST:PORT; off unless given. */
  readonly http?: string;
  /** Further arguments. */
  readonly more?: readonly string[];
  /** Further objects from the start on. */
  readonly manifests?: readonly Manifest[];
}

export class Herald {
  task: Task;
  /** Further objects, for the next `configure`. */
  manifests: readonly Manifest[];
  readonly #node: LabNode;
  readonly #folder: string;
  #options: HeraldOptions;

  /** Starts `herald run` in the node with these peers and as many Services. */
  constructor(node: LabNode, peers: readonly PeerOptions[], count: number, options: HeraldOptions = {}) {
    this.#node = node;
    this.#options = options;
    this.manifests = options.manifests ?? [];
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

  /** A file of its state folder. */
  stateFile(path: string): string {
    return join(this.#folder, "state", path);
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
    signal: NodeJS.Signals = "SIGTERM",
    changed: HeraldOptions = {},
    meanwhile: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<void> {
    await this.task.stop(signal);
    await meanwhile();
    this.#options = { ...this.#options, ...changed };
    this.task = this.#run();
  }

  /** Starts another one on the same folders, then ends the first. */
  async replace(started: (next: Task) => Promise<void>): Promise<void> {
    const next = this.#run();
    await started(next);
    await this.task.stop();
    this.task = next;
  }

  /** Replaces the manifests, as an editor does; `node`: more of the Node. */
  configure(peers: readonly PeerOptions[], count: number, node: object = {}): void {
    const all = [...network(this.#options.addresses, node), TAGGED, ...this.manifests];
    this.write([...all, ...peers.map(peer), ...services(count)]);
  }

  /** The same, of any manifests. */
  write(manifests: readonly Manifest[]): void {
    writeFileSync(join(this.#folder, "all.yaml"), stream(manifests));
    renameSync(join(this.#folder, "all.yaml"), join(this.#folder, "config", "all.yaml"));
  }
}
