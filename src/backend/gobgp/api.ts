/** GoBGP's API in values. The version on the other side is found out at the first call. */
import type { Family } from "../../model/address.ts";
import {
  DIALECTS,
  DIRECTION,
  ESTABLISHED,
  RESET_OUT,
  TABLE_GLOBAL,
  assignmentMessage,
  deletePeer,
  disablePeer,
  destination,
  enablePeer,
  globalMessage,
  listAssignments,
  listPath,
  listPeer,
  listSets,
  nameMessage,
  pathStream,
  peerMessage,
  policyMessage,
  resetPeer,
  setMessage,
  statementMessage,
  watchEvent,
} from "./messages.ts";
import type { Dialect, path as pathFields } from "./messages.ts";
import { familyOf } from "./paths.ts";
import type { PeerMessage } from "./peer.ts";
import type { DefinedSet, Statement } from "./policy.ts";
import { decode, encode } from "./protobuf.ts";
import type { Fields, Value } from "./protobuf.ts";
import { isUnimplemented } from "./rpc.ts";
import type { Rpc } from "./rpc.ts";

export type Path = Value<typeof pathFields>;
export interface Global {
  /** 0: BGP is not started. */
  readonly asn: number;
  readonly routerId: string;
  /** It takes connections. */
  readonly listens: boolean;
}

type Direction = keyof typeof DIRECTION;

const NOTHING = new Uint8Array();
/** Paths in one message. */
const CHUNK = 1_000;
const GLOBAL = "global";
const BGP_PORT = 179;
const NOWHERE = -1;
/** Above are the negative numbers, which are read as large ones. */
const LAST_PORT = 65_535;

export class GobgpApi {
  readonly #rpc: Rpc;
  #dialect: Dialect | undefined;

  constructor(rpc: Rpc) {
    this.#rpc = rpc;
  }

  /** Another version may answer next time. */
  forget(): void {
    this.#dialect = undefined;
  }

  get dialect(): Dialect {
    if (this.#dialect === undefined) throw new Error("BUG: the version of GoBGP is not known yet");
    return this.#dialect;
  }

  async getBgp(): Promise<Global> {
    const { global = {} } = decode(globalMessage, await this.#first());
    return { asn: global.asn ?? 0, routerId: global.router_id ?? "", listens: (global.listen_port ?? 0) <= LAST_PORT };
  }

  /** The first call tells which version there is. */
  async #first(): Promise<Uint8Array> {
    const known = this.#dialect;
    if (known !== undefined) return this.#rpc.call(`${known.service}GetBgp`, NOTHING);
    for (const dialect of DIALECTS) {
      try {
        const answer = await this.#rpc.call(`${dialect.service}GetBgp`, NOTHING);
        this.#dialect = dialect;
        return answer;
      } catch (error) {
        if (!isUnimplemented(error)) throw error;
      }
    }
    throw new Error("what answers there is no GoBGP of version 3 or 4");
  }

  async startBgp({ asn, routerId, listens }: Global): Promise<void> {
    const listen_port = listens ? BGP_PORT : NOWHERE;
    await this.#call("StartBgp", globalMessage, { global: { asn, router_id: routerId, listen_port } });
  }

  async stopBgp(): Promise<void> {
    await this.#rpc.call(`${this.dialect.service}StopBgp`, NOTHING);
  }

  async listPeers(withCounts: boolean): Promise<PeerMessage[]> {
    const answers = await this.#list("ListPeer", listPeer, withCounts ? { enable_advertised: true } : {});
    return answers.flatMap((bytes) => decode(peerMessage, bytes).peer ?? []);
  }

  async addPeer(peer: PeerMessage): Promise<void> {
    await this.#call("AddPeer", peerMessage, { peer });
  }

  /** Whether the neighbour is there and its session up. */
  async isUp(address: string): Promise<boolean> {
    const answers = await this.#list("ListPeer", listPeer, { address });
    return answers.some((bytes) => decode(peerMessage, bytes).peer?.state?.session_state === ESTABLISHED);
  }

  /** Lets a session come up again that a limit has ended. */
  async enablePeer(address: string): Promise<void> {
    await this.#call("EnablePeer", enablePeer, { address });
  }

  /** Ends the session after all that is still to be sent. */
  async disablePeer(address: string, communication: string): Promise<void> {
    await this.#call("DisablePeer", disablePeer, { address, communication });
  }

  async deletePeer(address: string): Promise<void> {
    await this.#call("DeletePeer", deletePeer, { address });
  }

  /** Tells the neighbour anew what policy makes of our routes; the session stays. */
  async refreshPeer(address: string): Promise<void> {
    const direction = RESET_OUT + this.dialect.shift;
    await this.#call("ResetPeer", resetPeer, { address, soft: true, direction });
  }

  /** Session changes; `heard` is called for each. */
  watchPeers(heard: () => void, ended: (error: Error) => void): { cancel(): void } {
    const request = encode(watchEvent, { peer: {} });
    return this.#rpc.watch(`${this.dialect.service}WatchEvent`, request, heard, ended);
  }

  async listPaths(family: Family): Promise<readonly { readonly prefix: string; readonly paths: readonly Path[] }[]> {
    const answers = await this.#list("ListPath", listPath, {
      table_type: TABLE_GLOBAL + this.dialect.shift,
      family: familyOf(family),
      enable_only_binary: true,
    });
    return answers.flatMap((bytes) => {
      const { prefix = "", paths = [] } = decode(destination, bytes).destination ?? {};
      return paths.length === 0 ? [] : [{ prefix, paths }];
    });
  }

  async sendPaths(paths: readonly Path[]): Promise<void> {
    const table_type = TABLE_GLOBAL + this.dialect.shift;
    function* messages(): Generator<Uint8Array> {
      for (let at = 0; at < paths.length; at += CHUNK) {
        yield encode(pathStream, { table_type, paths: paths.slice(at, at + CHUNK) });
      }
    }
    await this.#rpc.send(`${this.dialect.service}AddPathStream`, messages());
  }

  async listSets(type: number): Promise<DefinedSet[]> {
    const answers = await this.#list("ListDefinedSet", listSets, { defined_type: type + this.dialect.shift });
    return answers.flatMap((bytes) => decode(setMessage, bytes).defined_set ?? []);
  }

  /** Adds to a set of that name. */
  async addSet(set: DefinedSet): Promise<void> {
    await this.#call("AddDefinedSet", setMessage, { defined_set: set });
  }

  /** Takes what it lists, or all, from the set of that name. */
  async deleteSet(set: DefinedSet, all: boolean): Promise<void> {
    await this.#call("DeleteDefinedSet", setMessage, { defined_set: set, all });
  }

  /** The names of all statements of a policy, in order; undefined: there is no such policy. */
  async listStatements(policy: string): Promise<readonly string[] | undefined> {
    const answers = await this.#list("ListPolicy", nameMessage, { name: policy });
    const found = answers.map((bytes) => decode(policyMessage, bytes).policy).find((one) => one?.name === policy);
    return found?.statements?.map(({ name = "" }) => name) ?? (found === undefined ? undefined : []);
  }

  /** Adds statements to the policy of that name. */
  async addPolicy(name: string, statements: readonly Statement[]): Promise<void> {
    await this.#call("AddPolicy", policyMessage, { policy: { name, statements } });
  }

  async deleteStatements(policy: string, names: readonly string[]): Promise<void> {
    const statements = names.map((name) => ({ name }));
    await this.#call("DeletePolicy", policyMessage, {
      policy: { name: policy, statements },
      preserve_statements: true,
    });
    for (const statement of statements) await this.#call("DeleteStatement", statementMessage, { statement, all: true });
  }

  async deletePolicy(name: string): Promise<void> {
    await this.#call("DeletePolicy", policyMessage, { policy: { name }, all: true });
  }

  /** The names of the policies that all neighbours share, in order. */
  async listAssigned(direction: Direction): Promise<readonly string[]> {
    const request = { name: GLOBAL, direction: DIRECTION[direction] };
    const answers = await this.#list("ListPolicyAssignment", listAssignments, request);
    return answers.flatMap((bytes) => {
      const { policies = [] } = decode(assignmentMessage, bytes).assignment ?? {};
      return policies.map(({ name = "" }) => name);
    });
  }

  async assign(direction: Direction, policies: readonly string[]): Promise<void> {
    const assignment = { name: GLOBAL, direction: DIRECTION[direction], policies: policies.map((name) => ({ name })) };
    await this.#call("SetPolicyAssignment", assignmentMessage, { assignment });
  }

  #call<F extends Fields>(method: string, fields: F, value: Value<F>): Promise<Uint8Array> {
    return this.#rpc.call(`${this.dialect.service}${method}`, encode(fields, value));
  }

  #list<F extends Fields>(method: string, fields: F, value: Value<F>): Promise<readonly Uint8Array[]> {
    return this.#rpc.list(`${this.dialect.service}${method}`, encode(fields, value));
  }
}
