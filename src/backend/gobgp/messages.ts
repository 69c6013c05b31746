/**
 * What of GoBGP's API Herald uses, with GoBGP's names and numbers: api/gobgp.proto of 3.10 and of 4.8. Where the two
 * differ (the service's name, the numbers of some enums) a `Dialect` has both.
 */
import type { Fields } from "./protobuf.ts";

const family = { afi: [1, "int"], safi: [2, "int"] } as const satisfies Fields;

export const path = {
  family: [9, family],
  is_withdraw: [5, "bool"],
  neighbor_ip: [15, "string"],
  identifier: [18, "int"],
  nlri_binary: [20, "bytes"],
  pattrs_binary: [21, "bytes", "repeated"],
} as const satisfies Fields;

const gracefulRestart = {
  enabled: [1, "bool"],
  restart_time: [2, "int"],
  deferral_time: [4, "int"],
  local_restarting: [10, "bool"],
} as const satisfies Fields;

const message = {
  notification: [1, "int"],
  update: [2, "int"],
  open: [3, "int"],
  keepalive: [4, "int"],
  refresh: [5, "int"],
} as const satisfies Fields;

const afiSafi = {
  mp_graceful_restart: [1, { config: [1, { enabled: [1, "bool"] }], state: [2, { end_of_rib_sent: [5, "bool"] }] }],
  config: [2, { family: [1, family], enabled: [2, "bool"] }],
  state: [3, { family: [1, family], enabled: [2, "bool"], received: [3, "int"], advertised: [5, "int"] }],
  prefix_limits: [7, { family: [1, family], max_prefixes: [2, "int"] }],
} as const satisfies Fields;

/** The family of a multiprotocol capability (RFC 4760). */
export const multiProtocol = { family: [1, family] } as const satisfies Fields;

/** GoBGP 3 says what a capability is (google.protobuf.Any), 4 has a field for each: 2 multiprotocol, 6 graceful restart. */
const capability = { type_url: [1, "string"], value: [2, "bytes"], restart: [6, "bytes"] } as const satisfies Fields;

export const peer = {
  conf: [
    2,
    {
      auth_password: [1, "string"],
      description: [2, "string"],
      local_asn: [3, "int"],
      neighbor_address: [4, "string"],
      peer_asn: [5, "int"],
    },
  ],
  ebgp_multihop: [3, { enabled: [1, "bool"], multihop_ttl: [2, "int"] }],
  state: [
    5,
    {
      messages: [4, { received: [1, message], sent: [2, message] }],
      neighbor_address: [5, "string"],
      session_state: [13, "int"],
      admin_state: [15, "int"],
      flops: [17, "int"],
      remote_cap: [18, capability, "repeated"],
      disconnect_message: [22, "string"],
    },
  ],
  timers: [
    6,
    {
      config: [1, { connect_retry: [1, "int"], hold_time: [2, "int"], keepalive_interval: [3, "int"] }],
      state: [2, { uptime: [6, { seconds: [1, "int"] }], downtime: [7, { seconds: [1, "int"] }] }],
    },
  ],
  transport: [
    7,
    {
      local_address: [1, "string"],
      passive_mode: [4, "bool"],
      remote_port: [6, "int"],
      bind_interface: [8, "string"],
    },
  ],
  graceful_restart: [9, gracefulRestart],
  afi_safis: [10, afiSafi, "repeated"],
  ttl_security: [11, { enabled: [1, "bool"], ttl_min: [2, "int"] }],
} as const satisfies Fields;

/** A `listen_port` of -1: it does not listen. */
const global = { asn: [1, "int"], router_id: [2, "string"], listen_port: [3, "int"] } as const satisfies Fields;

export const globalMessage = { global: [1, global] } as const satisfies Fields;

const prefix = {
  ip_prefix: [1, "string"],
  mask_length_min: [2, "int"],
  mask_length_max: [3, "int"],
} as const satisfies Fields;

export const definedSet = {
  defined_type: [1, "int"],
  name: [2, "string"],
  list: [3, "string", "repeated"],
  prefixes: [4, prefix, "repeated"],
} as const satisfies Fields;

const matchSet = { type: [1, "int"], name: [2, "string"] } as const satisfies Fields;
const communityAction = { type: [1, "int"], communities: [2, "string", "repeated"] } as const satisfies Fields;

export const statement = {
  name: [1, "string"],
  conditions: [
    2,
    { neighbor_set: [2, matchSet], large_community_set: [9, matchSet], afi_safi_in: [11, family, "repeated"] },
  ],
  actions: [
    3,
    {
      route_action: [1, "int"],
      community: [2, communityAction],
      med: [3, { type: [1, "int"], value: [2, "int"] }],
      as_prepend: [4, { asn: [1, "int"], repeat: [2, "int"] }],
      ext_community: [5, communityAction],
      nexthop: [6, { address: [1, "string"] }],
      local_pref: [7, { value: [1, "int"] }],
      large_community: [8, communityAction],
    },
  ],
} as const satisfies Fields;

export const policy = { name: [1, "string"], statements: [2, statement, "repeated"] } as const satisfies Fields;

export const policyAssignment = {
  name: [1, "string"],
  direction: [2, "int"],
  policies: [4, policy, "repeated"],
} as const satisfies Fields;

/** Messages around the ones above. */
export const peerMessage = { peer: [1, peer] } as const satisfies Fields;
export const enablePeer = { address: [1, "string"] } as const satisfies Fields;
export const deletePeer = { address: [1, "string"] } as const satisfies Fields;
export const resetPeer = { address: [1, "string"], soft: [3, "bool"], direction: [4, "int"] } as const satisfies Fields;
export const disablePeer = { address: [1, "string"], communication: [2, "string"] } as const satisfies Fields;
export const listPeer = { address: [1, "string"], enable_advertised: [2, "bool"] } as const satisfies Fields;
export const watchEvent = { peer: [1, {}] } as const satisfies Fields;
export const pathStream = { table_type: [1, "int"], paths: [3, path, "repeated"] } as const satisfies Fields;
export const listPath = {
  table_type: [1, "int"],
  family: [3, family],
  enable_nlri_binary: [7, "bool"],
  enable_attribute_binary: [8, "bool"],
  enable_only_binary: [9, "bool"],
} as const satisfies Fields;
export const destination = {
  destination: [1, { prefix: [1, "string"], paths: [2, path, "repeated"] }],
} as const satisfies Fields;
export const setMessage = { defined_set: [1, definedSet], all: [2, "bool"] } as const satisfies Fields;
export const listSets = { defined_type: [1, "int"], name: [2, "string"] } as const satisfies Fields;
export const policyMessage = {
  policy: [1, policy],
  preserve_statements: [2, "bool"],
  all: [3, "bool"],
} as const satisfies Fields;
export const nameMessage = { name: [1, "string"] } as const satisfies Fields;
export const statementMessage = { statement: [1, statement], all: [2, "bool"] } as const satisfies Fields;
export const assignmentMessage = { assignment: [1, policyAssignment], all: [2, "bool"] } as const satisfies Fields;
export const listAssignments = { name: [1, "string"], direction: [2, "int"] } as const satisfies Fields;

/** Where GoBGP 3 and 4 differ. */
export interface Dialect {
  readonly service: string;
  /** What version 4 added to the numbers of these enums by putting an "unspecified" before them. */
  readonly shift: 0 | 1;
}

export const DIALECTS: readonly Dialect[] = [
  { service: "/apipb.GobgpApi/", shift: 0 },
  { service: "/api.GoBgpService/", shift: 1 },
];

/** Numbers of enums that both versions share. */
export const ROUTE_ACTION = { none: 0, accept: 1, reject: 2 } as const;
export const DIRECTION = { import: 1, export: 2 } as const;
/** Numbers of GoBGP 3; a dialect's shift is added. */
export const TABLE_GLOBAL = 0;
export const DEFINED = { neighbor: 1, largeCommunity: 6 } as const;
export const COMMUNITY = { add: 0, remove: 1, replace: 2 } as const;
export const MED_REPLACE = 1;
export const MATCH_ANY = 0;
export const RESET_OUT = 1;
export const ESTABLISHED = 6;
/** Of a peer that announced more than its limit; a dialect's shift is added. */
export const TOO_MANY_PREFIXES = 2;
