/** Which Secrets the peers name. */
import type { SourceEvent } from "../../model/object.ts";
import { refKey } from "../../model/object.ts";
import { field } from "./wire.ts";

export class SecretNames {
  /** By the peer's key. */
  readonly #byPeer = new Map<string, string>();

  get names(): ReadonlySet<string> {
    return new Set(this.#byPeer.values());
  }

  /** Whether the names may be others now. */
  take(event: SourceEvent): boolean {
    if (event.type === "upsert" && event.object.ref.kind === "BGPPeer") {
      const key = refKey(event.object.ref);
      const name = field(field(field(event.object.value, "spec"), "passwordSecret"), "name");
      const before = this.#byPeer.get(key);
      if (typeof name === "string" && name !== "") this.#byPeer.set(key, name);
      else this.#byPeer.delete(key);
      return before !== this.#byPeer.get(key);
    }
    return event.type === "delete" && event.ref.kind === "BGPPeer" && this.#byPeer.delete(refKey(event.ref));
  }
}
