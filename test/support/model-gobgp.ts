/**
 * gobgpd's API in memory, of either version: keeps what it is told and refuses what gobgpd would refuse, or what would
 * leak routes: a path whose mark no policy knows yet, a set that is taken from under a statement.
 */
import {
  DIALECTS,
  TOO_MANY_PREFIXES,
  assignmentMessage,
  deletePeer,
  destination,
  disablePeer,
  enablePeer,
  globalMessage,
  listAssignments,
  listPath,
  listSets,
  nameMessage,
  pathStream,
  peerMessage,
  policyMessage,
  setMessage,
  statementMessage,
} from "../../src/backend/gobgp/messages.ts";
import type { Dialect } from "../../src/backend/gobgp/messages.ts";
import { tagOf } from "../../src/backend/gobgp/paths.ts";
import type { PeerMessage } from "../../src/backend/gobgp/peer.ts";
import type { DefinedSet, Statement } from "../../src/backend/gobgp/policy.ts";
import { decode, encode } from "../../src/backend/gobgp/protobuf.ts";
import type { Value } from "../../src/backend/gobgp/protobuf.ts";
import type { Rpc } from "../../src/backend/gobgp/rpc.ts";
import type { path } from "../../src/backend/gobgp/messages.ts";

type Path = Value<typeof path>;

class Failure extends Error {
  readonly status: number;
  constructor(status: number, text: string) {
    super(text);
    this.status = status;
  }
}

const NOTHING = new Uint8Array();
const ESTABLISHED = 6;

export class ModelGobgp implements Rpc {
  asn = 0;
  routerId = "";
  listens = true;
  readonly peers = new Map<string, PeerMessage>();
  readonly sets = new Map<string, DefinedSet>();
  readonly policies = new Map<string, Statement[]>();
  readonly assigned = new Map<number, readonly string[]>([
    [1, []],
    [2, []],
  ]);
  /** By family, bytes of the prefix, and identifier. */
  readonly paths = new Map<string, Path>();
  /** Every call by method, in order. */
  readonly calls: string[] = [];
  /** Addresses whose session is up. */
  readonly up = new Set<string>();
  /** Addresses of neighbours that announced more than their limit. */
  readonly overLimit = new Set<string>();
  /** Prefixes told, of every session that is up. */
  advertised = 0;
  /** Every call fails with this. */
  down: Error | undefined;
  /** Methods that are refused. */
  refuse: RegExp | undefined;
  closed = false;
  readonly #dialect: Dialect;
  #ended: ((error: Error) => void) | undefined;
  #heard: (() => void) | undefined;

  constructor(version: 3 | 4 = 3) {
    this.#dialect = DIALECTS[version - 3] ?? { service: "", shift: 0 };
  }

  /** As after a restart: nothing is left but the connection's end. */
  restart(): void {
    this.asn = 0;
    for (const one of [this.peers, this.sets, this.policies, this.paths]) one.clear();
    this.assigned.set(1, []).set(2, []);
    this.#ended?.(new Failure(14, "the connection was lost"));
  }

  /** A session changes. */
  set(address: string, up: boolean): void {
    if (up) this.up.add(address);
    else this.up.delete(address);
    this.#heard?.();
  }

  get watched(): boolean {
    return this.#heard !== undefined;
  }

  call(method: string, request: Uint8Array): Promise<Uint8Array> {
    return this.#answer(method, (name) => this.#call(name, request));
  }

  send(method: string, requests: Iterable<Uint8Array>): Promise<Uint8Array> {
    return this.#answer(method, () => {
      for (const request of requests) for (const one of decode(pathStream, request).paths ?? []) this.#path(one);
      return NOTHING;
    });
  }

  list(method: string, request: Uint8Array): Promise<readonly Uint8Array[]> {
    return this.#answer(method, (name) => this.#list(name, request));
  }

  watch(
    method: string,
    _: Uint8Array,
    heard: (answer: Uint8Array) => void,
    ended: (error: Error) => void,
  ): { cancel(): void } {
    this.calls.push(method);
    this.#heard = () => heard(NOTHING);
    this.#ended = ended;
    return { cancel: () => (this.#heard = undefined) };
  }

  close(): void {
    this.closed = true;
  }

  #answer<T>(method: string, act: (name: string) => T): Promise<T> {
    if (this.down !== undefined) return Promise.reject(this.down);
    const name = method.slice(method.lastIndexOf("/") + 1);
    if (!method.startsWith(this.#dialect.service)) return Promise.reject(new Failure(12, "unknown service"));
    this.calls.push(name);
    if (this.refuse?.test(name) === true) return Promise.reject(new Failure(2, `${name} failed: no`));
    try {
      return Promise.resolve(act(name));
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  #call(name: string, request: Uint8Array): Uint8Array {
    switch (name) {
      case "GetBgp":
        return encode(globalMessage, {
          global: { asn: this.asn, router_id: this.routerId, listen_port: this.listens ? 179 : -1 },
        });
      case "StartBgp": {
        const { global = {} } = decode(globalMessage, request);
        this.asn = global.asn ?? 0;
        this.routerId = global.router_id ?? "";
        this.listens = global.listen_port === 179;
        return NOTHING;
      }
      case "StopBgp":
        this.restart();
        return NOTHING;
      case "AddPeer":
        return this.#addPeer(decode(peerMessage, request).peer ?? {});
      case "DisablePeer":
        this.set(decode(disablePeer, request).address ?? "", false);
        return NOTHING;
      case "DeletePeer":
        if (!this.peers.delete(decode(deletePeer, request).address ?? "")) throw new Failure(2, "no such peer");
        return NOTHING;
      case "AddDefinedSet":
        return this.#addSet(decode(setMessage, request).defined_set ?? {});
      case "DeleteDefinedSet":
        return this.#deleteSet(decode(setMessage, request));
      case "AddPolicy":
        return this.#addPolicy(decode(policyMessage, request).policy ?? {});
      case "DeletePolicy":
        return this.#deletePolicy(decode(policyMessage, request));
      case "SetPolicyAssignment": {
        const { direction = 0, policies = [] } = decode(assignmentMessage, request).assignment ?? {};
        const names = policies.map(({ name: one = "" }) => one);
        const missing = names.find((one) => !this.policies.has(one));
        if (missing !== undefined) throw new Failure(2, `not found policy ${missing}`);
        this.assigned.set(direction, names);
        return NOTHING;
      }
      case "DeleteStatement":
        decode(statementMessage, request);
        return NOTHING;
      case "EnablePeer":
        this.overLimit.delete(decode(enablePeer, request).address ?? "");
        return NOTHING;
      case "ResetPeer":
        return NOTHING;
      default:
        throw new Failure(12, `unknown method ${name}`);
    }
  }

  #addPeer(one: PeerMessage): Uint8Array {
    const address = one.conf?.neighbor_address ?? "";
    if (this.asn === 0) throw new Failure(2, "bgp server hasn't started yet");
    if (this.peers.has(address)) throw new Failure(2, `can't overwrite the existing peer: ${address}`);
    this.peers.set(address, one);
    return NOTHING;
  }

  #addSet({ name = "", ...set }: DefinedSet): Uint8Array {
    const before = this.sets.get(name)?.list ?? [];
    this.sets.set(name, { ...set, name, list: [...before, ...(set.list ?? [])] });
    return NOTHING;
  }

  #deleteSet({ defined_set: set = {}, all = false }: Value<typeof setMessage>): Uint8Array {
    const { name = "", list = [] } = set;
    const used = [...this.policies.values()].flat().some(({ conditions }) => {
      return conditions?.neighbor_set?.name === name || conditions?.large_community_set?.name === name;
    });
    if (all && used) throw new Failure(2, `can't delete. set ${name} is in use`);
    const before = this.sets.get(name);
    if (all) this.sets.delete(name);
    else if (before !== undefined) {
      this.sets.set(name, { ...before, list: before.list?.filter((one) => !list.includes(one)) ?? [] });
    }
    return NOTHING;
  }

  #addPolicy({ name = "", statements = [] }: NonNullable<Value<typeof policyMessage>["policy"]>): Uint8Array {
    for (const { conditions } of statements) {
      for (const set of [conditions?.neighbor_set?.name, conditions?.large_community_set?.name]) {
        if (set !== undefined && !this.sets.has(set)) throw new Failure(2, `not found set ${set}`);
      }
    }
    this.policies.set(name, [...(this.policies.get(name) ?? []), ...statements]);
    return NOTHING;
  }

  #deletePolicy({ policy: one = {}, all = false }: Value<typeof policyMessage>): Uint8Array {
    const { name = "", statements = [] } = one;
    const assigned = [...this.assigned.values()].some((names) => names.includes(name));
    if (all && assigned) throw new Failure(2, `can't delete. policy ${name} is in use`);
    if (all) this.policies.delete(name);
    else {
      const gone = new Set(statements.map((statement) => statement.name));
      const left = this.policies.get(name)?.filter((statement) => !gone.has(statement.name)) ?? [];
      const marks = new Set(left.map(({ conditions }) => conditions?.large_community_set?.name));
      for (const path of this.paths.values()) {
        const tag = tagOf(path);
        if (tag !== undefined && !marks.has(`herald-mark-${tag}`)) throw new Failure(2, `paths of ${tag} are left`);
      }
      this.policies.set(name, left);
    }
    return NOTHING;
  }

  #path(one: Path): void {
    const key = `${one.family?.afi} ${Buffer.from(one.nlri_binary ?? NOTHING).toString("hex")} ${one.identifier}`;
    if (one.is_withdraw === true) {
      this.paths.delete(key);
      return;
    }
    const tag = tagOf(one);
    const known = this.policies.get("herald-tell")?.some(({ conditions }) => {
      return conditions?.large_community_set?.name === `herald-mark-${tag}`;
    });
    if (tag !== undefined && known !== true) throw new Failure(2, `the mark ${tag} is not known yet`);
    this.paths.set(key, one);
  }

  #list(name: string, request: Uint8Array): readonly Uint8Array[] {
    const { shift } = this.#dialect;
    switch (name) {
      case "ListPeer":
        return Array.from(this.peers, ([address, one]) => encode(peerMessage, { peer: this.#state(address, one) }));
      case "ListDefinedSet": {
        const { defined_type: type } = decode(listSets, request);
        const sets = [...this.sets.values()].filter((set) => set.defined_type === type);
        return sets.map((set) => encode(setMessage, { defined_set: set }));
      }
      case "ListPolicy": {
        const { name: wanted = "" } = decode(nameMessage, request);
        const statements = this.policies.get(wanted);
        return statements === undefined ? [] : [encode(policyMessage, { policy: { name: wanted, statements } })];
      }
      case "ListPolicyAssignment": {
        const { direction = 0 } = decode(listAssignments, request);
        const policies = this.assigned.get(direction)?.map((one) => ({ name: one })) ?? [];
        return [encode(assignmentMessage, { assignment: { name: "global", direction, policies } })];
      }
      case "ListPath": {
        const { family, table_type: table = 0 } = decode(listPath, request);
        if (table !== shift) throw new Failure(2, "not the global table");
        const paths = [...this.paths.values()].filter((one) => one.family?.afi === family?.afi);
        return paths.map((one) => encode(destination, { destination: { prefix: textOf(one), paths: [one] } }));
      }
      default:
        throw new Failure(12, `unknown method ${name}`);
    }
  }

  #state(address: string, one: PeerMessage): PeerMessage {
    const isUp = this.up.has(address);
    const families = one.afi_safis?.map((family) => ({ ...family, state: { advertised: isUp ? this.advertised : 0 } }));
    return {
      ...one,
      afi_safis: families?.slice(0, 1) ?? [],
      state: {
        session_state: isUp ? ESTABLISHED : 3,
        neighbor_address: address,
        admin_state: (this.overLimit.has(address) ? TOO_MANY_PREFIXES : 0) + this.#dialect.shift,
      },
      ...(isUp && { timers: { state: { uptime: { seconds: 1_700_000_000 } } } }),
      graceful_restart: { enabled: one.graceful_restart?.enabled === true },
    };
  }
}

/** IPv4 host routes only. */
function textOf({ nlri_binary: bytes = NOTHING }: Path): string {
  return `${[...bytes.subarray(1)].join(".")}/${bytes[0]}`;
}
