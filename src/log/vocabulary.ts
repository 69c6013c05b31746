/**
 * Everything the agent itself may say: each message is constant, and these are its fields. What a BGP session says comes
 * from the library with its own constant messages, through `Logger.open`.
 *
 * Fields never hold a password or key; a `Secret` formats as "[secret]".
 */
export interface Vocabulary {
  /** The command, version and process. */
  starting: { readonly command: string; readonly version: string };
  /** They are taken so that MetalLB's command lines work. */
  "options of MetalLB without effect here": { readonly options: readonly string[] };
  /** On a signal or at the end of a command. */
  stopping: { readonly reason: string };
  /** The source told everything that was there. */
  "source synced": { readonly source: string; readonly objects: number };
  /** Something a user wrote is wrong. `where` is file and line, or the object. */
  problem: { readonly severity: "error" | "warning"; readonly problem: string; readonly where?: string };
  "problem resolved": { readonly problem: string };
  /** The controller decided about a Service ("namespace/name"). */
  "service addresses": { readonly service: string; readonly addresses: readonly string[] };
  /** It has no address, or not all it asks for. */
  "service waits": { readonly service: string; readonly addresses: readonly string[]; readonly reason: string };
  /** This node tells these peers about a Service; it told none of them before, or others. */
  "service announced": { readonly service: string; readonly peers: readonly string[] };
  "service withdrawn": { readonly service: string; readonly reasons: readonly string[] };
  "service not announced": { readonly service: string; readonly reasons: readonly string[] };
  /** It is announced, and some of it, or to some peers, is not, or not with all that it was to carry. */
  "service not announced as asked": { readonly service: string; readonly reasons: readonly string[] };
  /** --node-name is not among the Nodes of the source: no node selector matches it, and its addresses are unknown. */
  "no Node object of this name": { readonly node: string; readonly nodes: readonly string[] };
  /** It gives up its traffic, for this reason; or the reason is gone. */
  "node leaves": { readonly node: string; readonly reason: string };
  /** GRACEFUL_SHUTDOWN is on every route, and after a wait they are withdrawn (RFC 8326). */
  "leaving: routes are the last resort": { readonly node: string };
  /** The speaker ends: what becomes of its routes, and what its peers are told. */
  leaving: { readonly how: string; readonly reason: string };
  /** It may not read its Pod or the DaemonSet of it. */
  "own Pod not seen: an uninstall is taken for a restart": { readonly pod: string; readonly error: string };
  /** The marker of the last run could not be read or written: routers drop the routes they kept until they hear them anew. */
  "restart marker not usable": { readonly file: string; readonly error: string };
  /** What a peer asks for and the backend lacks. */
  "peer not as configured": { readonly peer: string; readonly reason: string };
  "session up": { readonly peer: string };
  "session down": { readonly peer: string; readonly state: string; readonly reason: string };
  /** Every other change of state. */
  "session state": { readonly peer: string; readonly state: string; readonly reason: string };
  /** Why a session ended or does not come up, or what else went wrong with it; the same again is not repeated. */
  "session trouble": { readonly error: string; readonly peer?: string };
  /** BFD lost a peer without being asked to: its BGP session ends. Both ends' reasons in the words of RFC 5880. */
  "bfd session failed": BfdFields;
  /** Every other change of state; below Up only for those who look closely. */
  "bfd session changed": BfdFields;
  /** All routes for a peer are written. */
  "peer is in step": { readonly peer: string };
  /** `what` is a file relative to the state folder, or the kind and name of an object; others that fail alike are not told of. */
  "status not written; trying again": {
    readonly what: string;
    readonly error: string;
    readonly attempts: number;
    readonly retryMilliseconds: number;
  };
  /** After the trouble before: nothing waits to be written. */
  "status is written again": { readonly where: string };
  /** Another controller holds the state folder: this one watches until it can take over. */
  "another controller holds the state folder; waiting": { readonly lease: string; readonly holder: string };
  "holding the state folder": { readonly lease: string; readonly holder: string };
  /** Another controller took over, or the lease could not be renewed: this one must stop writing. */
  "lost the state folder": { readonly lease: string; readonly holder: string; readonly reason: string };
  /** In a cluster, this controller holds the Lease, or another does. */
  leading: { readonly lease: string; readonly holder: string };
  "another controller leads; waiting": { readonly lease: string; readonly leader: string };
  "no longer leading: another controller took over": {
    readonly lease: string;
    readonly holder: string;
    readonly leader: string;
  };
  "lease not written; trying again": { readonly lease: string; readonly error: string };
  /** A kind, or one Secret, could not be read from the API server; what was known stays. Others that fail alike are not told of. */
  "not read; trying again": { readonly what: string; readonly error: string; readonly retryMilliseconds: number };
  /** After the trouble before. */
  "everything is read again": Readonly<Record<string, never>>;
  /** A definition of metallb.io is not installed. */
  "the API server has no such kind; looking again": { readonly kind: string; readonly group: string };
  "the API server has the kind now": { readonly kind: string; readonly group: string };
  /** Somebody removed a definition, and all objects with it: they count until they come back or the definition is back for a while. */
  "objects kept: their definition is removed": { readonly kind: string };
  /** Whether one was removed cannot be asked, so what goes with it is not kept. */
  "definition not read; objects are taken to be deleted one by one": { readonly kind: string; readonly error: string };
  /** The HTTP server for probes. */
  "serving http": { readonly address: string; readonly port: number };
  /** It leads, and its source does not show yet what this Service has. */
  "waiting to see what the former leader wrote": { readonly service: string };
  "serving the webhook": { readonly address: string; readonly port: number };
  /** The API server goes on without it: what is wrong is said after it was written, in status and events. */
  "webhook not served": { readonly error: string };
  "webhook certificates not kept; trying again": { readonly what: string; readonly error: string };
  /** A handler of the HTTP server threw. */
  "http request failed": { readonly path: string; readonly error: string };
  /** Socket options need a library that this platform has not; sessions that do without run. */
  "special socket options are not available": { readonly error: string };
}

interface BfdFields {
  readonly peer: string;
  readonly state: string;
  readonly diagnostic: string;
  readonly remoteState?: string;
  readonly remoteDiagnostic: string;
}

export type Message = keyof Vocabulary;
