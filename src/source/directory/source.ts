/** The objects of a folder of manifests, or of a single file. */
import { refKey } from "../../model/object.ts";
import type { SourceEvent } from "../../model/object.ts";
import type { Timers } from "../../net/clock.ts";
import { ensureFolder } from "../../net/files.ts";
import { SERVICES, serviceOfPath } from "../../net/state-folder.ts";
import { watchTree } from "../../net/tree.ts";
import type { FileChange, Tree } from "../../net/tree.ts";
import type { Source } from "../source.ts";
import { Catalog } from "./catalog.ts";
import type { WrittenObject } from "./identify.ts";
import { withState } from "./overlay.ts";
import { Settling } from "./settle.ts";
import { StateFiles } from "./state.ts";

export interface DirectorySourceOptions {
  /** A folder whose *.yaml, *.yml and *.json files are read, at any depth, or a single such file. */
  readonly config: string;
  /** A state folder: what the controller decided is laid over the Services. */
  readonly state?: string;
  /** Someone removed what was written about a Service ("namespace/name"), or about all. It still counts for a moment. */
  readonly stateLost?: (service?: string) => void;
  readonly clock: Timers;
  /** The largest file that is read, in bytes; 16 MiB unless given. */
  readonly maxBytes?: number;
  /** Milliseconds between two looks at all files, which find what the system does not tell; 30,000 unless given. */
  readonly rescan?: number;
}

const MAX_BYTES = 16 * 1024 * 1024;
const RESCAN = 30_000;

function isManifest(name: string): boolean {
  return /\.(?:ya?ml|json)$/.test(name);
}

/**
 * Each object carries its file, relative to the folder, and line. An object that two files hold is the one of the first
 * file in path order. Events of one change come in one go, without a turn of the event loop between them.
 */
export function directorySource(options: DirectorySourceOptions): Source {
  return new DirectorySource(options);
}

class DirectorySource implements Source {
  readonly #options: DirectorySourceOptions;
  readonly #catalog = new Catalog((object) => this.#withState(object));
  readonly #settling: Settling;
  readonly #state: StateFiles;
  readonly #trees: Tree[] = [];
  #listen: (event: SourceEvent) => void = () => undefined;
  #synced = false;

  constructor(options: DirectorySourceOptions) {
    this.#options = options;
    this.#settling = new Settling(options.clock, this.#catalog, () => this.#flush());
    this.#state = new StateFiles(options.clock, (service) => {
      this.#touch(service);
      this.#flush();
    });
  }

  async start(listen: (event: SourceEvent) => void): Promise<void> {
    this.#listen = listen;
    const { config, state } = this.#options;
    // The state comes first, so that no Service is told without it.
    if (state !== undefined) {
      const folder = `${state}/${SERVICES}`;
      // A folder that cannot be made is told when it is watched.
      await ensureFolder(folder).catch(() => undefined);
      await this.#watch(
        folder,
        (name) => name.endsWith(".yaml"),
        (changes) => this.#stateChanged(changes),
      );
    }
    await this.#watch(config, isManifest, (changes) => this.#configChanged(changes));
    this.#synced = true;
    this.#flush();
    listen({ type: "synced" });
  }

  async close(): Promise<void> {
    for (const tree of this.#trees) tree.close();
    this.#settling.close();
    this.#state.close();
    this.#listen = () => undefined;
  }

  async #watch(root: string, accept: (name: string) => boolean, changed: (changes: readonly FileChange[]) => void) {
    const { clock, maxBytes = MAX_BYTES, rescan = RESCAN } = this.#options;
    const tree = watchTree({ root, accept, maxBytes, clock, rescan });
    this.#trees.push(tree);
    await tree.start(changed);
  }

  #configChanged(changes: readonly FileChange[]): void {
    for (const { path, state } of changes) {
      this.#settling.change(path === "." ? this.#options.config : path, state, !this.#synced);
    }
    if (this.#synced) this.#flush();
  }

  #stateChanged(changes: readonly FileChange[]): void {
    for (const { path, state } of changes) {
      const service = serviceOfPath(path);
      const folder = `${this.#options.state}/${SERVICES}`;
      const [file, shown] = path === "." ? [folder, folder] : [`${folder}/${path}`, path];
      this.#catalog.set(file, [], [], this.#state.change(shown, state));
      if (service !== undefined) this.#touch(service);
      const lost = service === undefined ? path === "." && state.kind === "unreadable" : state.kind === "gone";
      if (lost) this.#options.stateLost?.(service);
    }
    if (this.#synced) this.#flush();
  }

  #touch(service: string): void {
    const [namespace = "", name = ""] = service.split("/");
    this.#catalog.touch(refKey({ group: "", kind: "Service", namespace, name }));
  }

  #withState({ ref, value }: WrittenObject): Readonly<Record<string, unknown>> {
    if (ref.group !== "" || ref.kind !== "Service") return value;
    return withState(value, this.#state.of(`${ref.namespace}/${ref.name}`));
  }

  #flush(): void {
    for (const event of this.#catalog.flush()) this.#listen(event);
  }
}
