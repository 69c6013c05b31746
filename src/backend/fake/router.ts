/** What a router at the other end of a session holds. */
import { formatPrefix } from "../../model/address.ts";
import type { RouteAttributes } from "../../model/announcement.ts";
import type { Peer } from "../../model/config.ts";
import { isExternal } from "../../model/peer.ts";
import type { DesiredRoute } from "../backend.ts";

/** A message as the router saw it; `prefix` is text. */
export type SeenMessage =
  | { readonly type: "announce"; readonly prefix: string; readonly attributes: RouteAttributes }
  | { readonly type: "withdraw"; readonly prefix: string }
  | { readonly type: "end-of-rib" };

/** What of the attributes arrives: LOCAL_PREF within an AS only, and there always; a longer path beyond it only. */
function received({ localPref = 100, asPathPrepend, ...others }: RouteAttributes, peer: Peer): RouteAttributes {
  if (!isExternal(peer)) return { ...others, localPref };
  return asPathPrepend === undefined ? others : { ...others, asPathPrepend };
}

/** A router's table for one neighbour. Routes of a lost session stay, as stale, where `keep` says so (RFC 4724). */
export class FakeRouter {
  readonly table = new Map<string, RouteAttributes>();
  readonly seen: SeenMessage[] = [];
  #stale = new Set<string>();

  announce(route: DesiredRoute, peer: Peer): void {
    const text = formatPrefix(route.prefix);
    const attributes = received(route.attributes, peer);
    this.seen.push({ type: "announce", prefix: text, attributes });
    this.table.set(text, attributes);
    this.#stale.delete(text);
  }

  withdraw(prefix: string): void {
    this.seen.push({ type: "withdraw", prefix });
    this.table.delete(prefix);
  }

  endOfRib(): void {
    this.seen.push({ type: "end-of-rib" });
    for (const prefix of this.#stale) this.table.delete(prefix);
    this.#stale = new Set();
  }

  lost(keep: boolean): void {
    if (keep) this.#stale = new Set(this.table.keys());
    else this.table.clear();
  }
}
