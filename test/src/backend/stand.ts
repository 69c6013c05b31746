/** What the compliance suite needs to know of a backend under test, and its ways to look at it. */
import type { Backend, BackendEvent, DesiredRoute, DesiredState, RouteUpdate } from "../../../src/backend/backend.ts";
import type { PeerReport } from "../../../src/backend/report.ts";
import { formatPrefix as text } from "../../../src/model/address.ts";
import type { Communities, Peer } from "../../../src/model/config.ts";
import { net } from "../../support/plan-values.ts";

/** A route as a router received it. */
export interface SeenRoute {
  readonly communities: Communities;
  /** Absent where the UPDATE had none. */
  readonly localPref?: number;
}

export type SeenChange =
  | { readonly type: "announce" | "withdraw"; readonly prefix: string }
  /** Of one family by its AFI; absent: of both. */
  | { readonly type: "end-of-rib"; readonly afi?: 1 | 2 };

/** A router at the other end of a session. */
export interface Remote {
  /** What it holds, by prefix in text form. */
  readonly table: ReadonlyMap<string, SeenRoute>;
  /** All that it was sent, in order, over all sessions. */
  readonly seen: readonly SeenChange[];
  /** The session ends without a word, and may come back when the backend likes. */
  cut(): void;
}

/** The routers there are: one of another AS, one of the same. Sessions run over IPv4 and carry both families. */
export type RemoteName = "outer" | "inner";

export interface Stand {
  readonly backend: Backend;
  /** A new value each time, equal to the one before. The peer is called as its router. */
  peer(name: RemoteName, fields?: Partial<Peer>): Peer;
  remote(name: RemoteName): Remote;
  /** The node; it has an IPv6 address. */
  readonly node: Omit<DesiredState, "peers">;
  /** The sessions are a daemon's: they go on when the backend closes with "keep". */
  readonly outlives?: boolean;
  /** It sends an End-of-RIB only with graceful restart. */
  readonly shyEndOfRib?: boolean;
  /** Lets time pass until the condition holds; fails, with `what`, when it will not. */
  until(condition: () => boolean, what: () => string): Promise<void>;
  /** Ends what the set-up began, the backend included if it is still open. */
  close(): Promise<void>;
}

export const V4 = "198.51.100.1/32";
export const V6 = "2001:db8:1::1/128";
const MARKER = net("203.0.113.99/32");

export function route(prefix: string, standard: readonly number[] = [], more: Partial<Fields> = {}): DesiredRoute {
  const { large = [], ...rest } = more;
  return { prefix: net(prefix), attributes: { communities: { standard, large }, ...rest } };
}

interface Fields {
  readonly large: Communities["large"];
  readonly localPref: number;
}

export function seenRoute(standard: readonly number[], more: Partial<Fields> = {}): SeenRoute {
  const { large = [], ...rest } = more;
  return { communities: { standard, large }, ...rest };
}

export type Lists = Partial<Record<RemoteName, readonly DesiredRoute[]>>;

export interface Tools {
  readonly apply: (lists: Lists) => void;
  readonly update: (...changes: (RouteUpdate & { readonly peer: RemoteName })[]) => void;
  /** Waits until the router holds exactly this. */
  readonly holds: (name: RemoteName, table: Record<string, SeenRoute>, what?: string) => Promise<void>;
  readonly synced: (name: RemoteName) => Promise<void>;
  /** Waits until a route announced now has arrived, and with it all that was sent before; one more in `seen`. */
  readonly marked: (name: RemoteName) => Promise<void>;
  readonly report: (name: RemoteName) => PeerReport;
}

export function toolsFor(stand: Stand): Tools {
  const { backend, node } = stand;
  const events = collect(backend);
  const report = (name: RemoteName): PeerReport => {
    const found = backend.status().peers.find(({ peer }) => peer === name);
    if (found === undefined) throw new Error(`no report of ${name}`);
    return found;
  };
  return {
    apply(lists) {
      const names = (["outer", "inner"] as const).filter((name) => lists[name] !== undefined);
      backend.apply({ ...node, peers: names.map((name) => ({ peer: stand.peer(name), routes: lists[name] ?? [] })) });
    },
    update: (...changes) => backend.update(changes),
    async holds(name, table, what = "the table") {
      const wanted = canonical(new Map(Object.entries(table).map(([prefix, seen]) => [text(net(prefix)), seen])));
      const held = (): string => canonical(stand.remote(name).table);
      await stand.until(
        () => held() === wanted,
        () => `${what} of ${name} to be ${wanted}; it is ${held()}`,
      );
    },
    synced: (name) =>
      stand.until(
        () => events.some(({ type, peer }) => type === "synced" && peer === name),
        () => `${name} to be synced`,
      ),
    async marked(name) {
      backend.update([{ peer: name, set: [{ prefix: MARKER, attributes: route(V4).attributes }], withdraw: [] }]);
      await stand.until(
        () => stand.remote(name).table.has(text(MARKER)),
        () => "the marker to arrive",
      );
    },
    report,
  };
}

/** A table as text, whatever the order of its routes. */
function canonical(table: ReadonlyMap<string, SeenRoute>): string {
  const line = ([prefix, { communities, localPref }]: [string, SeenRoute]): string =>
    [prefix, ...communities.standard, ...communities.large.map((one) => one.join(":")), `localPref ${localPref}`].join(
      " ",
    );
  return `[${[...table].map(line).sort().join(", ")}]`;
}

export function collect(backend: Backend): BackendEvent[] {
  const events: BackendEvent[] = [];
  backend.subscribe((event) => events.push(event));
  return events;
}

/** What a router was sent but for End-of-RIB. */
export function changes(stand: Stand, name: RemoteName): Exclude<SeenChange, { type: "end-of-rib" }>[] {
  return stand.remote(name).seen.filter((one) => one.type !== "end-of-rib");
}

export function withdrawals(stand: Stand, name: RemoteName): string[] {
  return changes(stand, name).flatMap(({ type, prefix }) => (type === "withdraw" ? prefix : []));
}

export function established(events: readonly BackendEvent[], peer: RemoteName): number {
  return events.filter((one) => one.type === "session" && one.peer === peer && one.state === "Established").length;
}

/** How often an Established session was left. */
export function downs(events: readonly BackendEvent[], peer: RemoteName): number {
  let up = false;
  let count = 0;
  for (const event of events) {
    if (event.type !== "session" || event.peer !== peer) continue;
    if (up && event.state !== "Established") count += 1;
    up = event.state === "Established";
  }
  return count;
}
