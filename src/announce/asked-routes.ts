/** What Services ask for, by Service and by prefix. */
import { prefixKey } from "../model/address.ts";
import type { PrefixKey } from "../model/address.ts";
import type { BgpAnnouncement } from "../model/announcement.ts";

/** Of one Service; at most one a peer and prefix. */
type Asked = readonly BgpAnnouncement[];

const NOTHING: Asked = [];

export class AskedRoutes {
  readonly #byService = new Map<string, Asked>();
  /** Nearly always one Service asks for a prefix, and nothing else: then its list stands in both. Of several, by Service. */
  readonly #byPrefix = new Map<PrefixKey, Asked | Map<string, Asked>>();

  /** In the order in which they were first asked for. */
  prefixes(): Iterable<PrefixKey> {
    return this.#byPrefix.keys();
  }

  of(service: string): Asked {
    return this.#byService.get(service) ?? NOTHING;
  }

  /** What all Services ask for a prefix. */
  for(prefix: PrefixKey): Asked {
    const asked = this.#byPrefix.get(prefix) ?? NOTHING;
    return asked instanceof Map ? [...asked.values()].flat() : asked;
  }

  /** What it asks for replaces what it asked for before. */
  set(service: string, announcements: Asked): void {
    const before = new Set(this.of(service).map(({ prefix }) => prefixKey(prefix)));
    // A list that grew has room for more.
    const all = announcements.slice();
    const now = Map.groupBy(all, ({ prefix }) => prefixKey(prefix));
    for (const [prefix, asked] of now) this.#add(prefix, service, now.size === 1 ? all : asked);
    for (const prefix of before) if (!now.has(prefix)) this.#drop(prefix, service);
    if (all.length === 0) this.#byService.delete(service);
    else this.#byService.set(service, all);
  }

  #add(prefix: PrefixKey, service: string, asked: Asked): void {
    const known = this.#byPrefix.get(prefix) ?? NOTHING;
    if (known instanceof Map) {
      known.set(service, asked);
      return;
    }
    const other = known[0]?.service ?? service;
    if (other === service) this.#byPrefix.set(prefix, asked);
    else
      this.#byPrefix.set(
        prefix,
        new Map([
          [other, known],
          [service, asked],
        ]),
      );
  }

  #drop(prefix: PrefixKey, service: string): void {
    const known = this.#byPrefix.get(prefix);
    if (!(known instanceof Map)) {
      this.#byPrefix.delete(prefix);
      return;
    }
    known.delete(service);
    const [left] = known.values();
    if (known.size === 1 && left !== undefined) this.#byPrefix.set(prefix, left);
  }
}
