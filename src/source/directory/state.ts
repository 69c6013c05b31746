/** The state files of Services: the last readable content of each. */
import { parse } from "yaml";
import { serviceOfPath } from "../../net/state-folder.ts";
import type { FileState } from "../../net/tree.ts";
import type { WrittenProblem } from "./identify.ts";
import { readState } from "./overlay.ts";
import type { ServiceState } from "./overlay.ts";

export class StateFiles {
  readonly #services = new Map<string, ServiceState>();

  /** By "namespace/name". */
  of(service: string): ServiceState | undefined {
    return this.#services.get(service);
  }

  /** Takes a change of a file, and answers what is wrong with it. State is written atomically, so all counts at once. */
  change(path: string, state: FileState): readonly WrittenProblem[] {
    if (state.kind === "unreadable") return [{ line: 1, text: `${path} ${state.what}` }];
    const service = serviceOfPath(path);
    if (state.kind === "gone") {
      if (service !== undefined) this.#services.delete(service);
      return [];
    }
    if (service === undefined) return [{ line: 1, text: "this is not the state of a Service; it is passed over" }];
    try {
      const value: unknown = parse(state.text, { maxAliasCount: 0, logLevel: "error" });
      // An empty file is what a power cut can leave of one.
      if (value === null) return [{ line: 1, text: `the state of Service ${service} is empty; it is passed over` }];
      this.#services.set(service, readState(value));
      return [];
    } catch {
      return [{ line: 1, text: `the state of Service ${service} is not YAML; the last readable one stands` }];
    }
  }
}
