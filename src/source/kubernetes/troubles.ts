/** What keeps kinds from being read, told once when it begins and once when all of it is over. */
import type { Logger } from "../../log/index.ts";
import type { ApiError } from "../../net/kubernetes/client.ts";
import type { KindToRead } from "./kinds.ts";

export class Troubles {
  readonly #log: Logger;
  /** What was last said of each, by what is read. */
  readonly #said = new Map<string, string>();
  readonly #absent = new Set<string>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** One word of each sort: when the API server is down, all kinds suffer from the same. */
  tell(what: string, error: ApiError, retryMilliseconds: number): void {
    const sort = error.status === 0 ? error.reason : `${error.status} ${error.reason} of ${what}`;
    const fields = { what, error: error.message, retryMilliseconds: Math.round(retryMilliseconds) };
    if ([...this.#said.values()].includes(sort)) this.#log.debug("not read; trying again", fields);
    else this.#log.warn("not read; trying again", fields);
    this.#said.set(what, sort);
  }

  over(what: string): void {
    if (this.#said.delete(what) && this.#said.size === 0) this.#log.info("everything is read again", {});
  }

  absent(what: string, { kind, group }: KindToRead, absent: boolean): void {
    if (absent === this.#absent.has(what)) return;
    if (absent) {
      this.#absent.add(what);
      this.#log.warn("the API server has no such kind; looking again", { kind, group });
    } else {
      this.#absent.delete(what);
      this.#log.info("the API server has the kind now", { kind, group });
    }
  }
}
