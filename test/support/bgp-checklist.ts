/** What a speaker that announces has to do, by RFC section, and the tests that show it: the table of docs/bgp.md. */

/** A file, and words of a test's title in it. */
type Shown = readonly [file: string, title: string];

export interface Behaviour {
  readonly what: string;
  readonly rfcs: readonly string[];
  readonly shown: readonly Shown[];
  /** Why it is not done. */
  readonly missing?: string;
}

const FSM = "test/bgp/fsm/table.test.ts";
const SESSION = "test/bgp/session/session.test.ts";
const OPEN = "test/bgp/session/open.test.ts";
const PEERS = "test/bgp/speaker/peers.test.ts";
const ROUTES = "test/bgp/speaker/routes.test.ts";
const TRANSMITTER = "test/bgp/speaker/transmitter.test.ts";
const COLLISION = "test/bgp/speaker/collision.test.ts";
const RFC7606 = "test/bgp/codec/rfc7606.test.ts";
const LAB_SESSIONS = "e2e/interop/sessions.test.ts";
const LAB_SEVERAL = "e2e/interop/several.test.ts";
const LAB_RESTART = "e2e/interop/restart.test.ts";
const TRAFFIC = "e2e/traffic/traffic.test.ts";

export const BEHAVIOURS: readonly Behaviour[] = [
  {
    what: "The state machine: every state × event, with messages, timers and counter",
    rfcs: ["4271 §8", "6608", "9687"],
    shown: [
      [FSM, "every row of the table holds"],
      [FSM, "every state has a row for every event"],
      ["test/bgp/fsm/sequence.test.ts", "no sequence of events breaks the machine"],
    ],
  },
  {
    what: "Errors in UPDATEs: discard, treat-as-withdraw, reset; the most severe wins",
    rfcs: ["7606", "7607", "9774"],
    shown: [
      [RFC7606, "the most severe of several errors wins"],
      [PEERS, "malformed UPDATEs are survived and counted"],
      ["test/bgp/codec/hostile.test.ts", "random bytes never throw"],
      ["test/bgp/codec/hostile.test.ts", "messages with some bytes changed never throw"],
    ],
  },
  {
    what: "OPEN: its checks in order; capabilities none, many, unknown, in the extended form",
    rfcs: ["4271 §6.2", "5492", "6286", "6793", "9072"],
    shown: [
      [SESSION, "each wrong OPEN is answered by its NOTIFICATION"],
      [SESSION, "an unknown parameter in an OPEN is 2/4"],
      [OPEN, "no family in common is 2/7"],
      ["test/bgp/codec/open.test.ts", "capabilities above 253 bytes are sent in the extended form"],
      ["test/bgp/codec/capabilities.test.ts", "does not have its format and is kept unread"],
    ],
  },
  {
    what: "IPv4 and IPv6 routes over either transport, with an explicit next hop where it has to be one",
    rfcs: ["4760", "2545"],
    shown: [
      [ROUTES, "next hops: explicit, self, IPv6 over IPv4 without one"],
      ["e2e/interop/suite.ts", "sessions in IPv4 and IPv6"],
      ["e2e/interop/suite.ts", "one session for both families, signed"],
    ],
  },
  {
    what: "10,000 host routes leave in 13 messages; a change resends its group alone",
    rfcs: ["4271 §9.2"],
    shown: [
      [ROUTES, "10,000 host routes leave in 13 messages"],
      ["test/bgp/codec/pack.test.ts", "10,000 /32 of one attribute set leave in 13 messages"],
    ],
  },
  {
    what: "Route refresh, plain and enhanced, resends the exact table; withdrawals outlive back-pressure",
    rfcs: ["2918", "7313"],
    shown: [
      [TRANSMITTER, "a route refresh is answered by the exact table, between BoRR and EoRR"],
      [TRANSMITTER, "a refresh asked for before the first table is whole comes after its End-of-RIB"],
      ["test/bgp/speaker/model.test.ts", "whatever happens, the router has the last list in the end"],
    ],
  },
  {
    what: "End-of-RIB once for each family, behind the whole table, and not before all was read",
    rfcs: ["4724 §2", "4724 §4.1"],
    shown: [
      [ROUTES, "nothing is sent before the first list: no UPDATE, no End-of-RIB"],
      [ROUTES, "the table goes out, then End-of-RIB of each family"],
      ["test/src/speaker.test.ts", "the backend hears nothing before everything was read"],
    ],
  },
  {
    what: "R, F and N right on first start, restart, restart of the machine, reconnect",
    rfcs: ["4724 §3", "8538 §2"],
    shown: [
      [OPEN, "after a session in this run R is clear and F is set"],
      ["test/src/net/restart-marker.test.ts", "a restart after a boot (forwarding was lost)"],
      [LAB_RESTART, "FRR reads R, F and N as they are"],
    ],
  },
  {
    what: "Routers keep the routes over a restart, and forward: no packet is lost",
    rfcs: ["4724", "8538"],
    shown: [
      [LAB_RESTART, "a restart leaves FRR's kernel routes alone"],
      [LAB_RESTART, "BIRD keeps the routes over a restart"],
      [LAB_RESTART, "GoBGP keeps the routes over a restart"],
      [TRAFFIC, "both agents restart at once"],
      [TRAFFIC, "both agents are killed and started anew"],
      [TRAFFIC, "an upgrade: a new agent beside the old one"],
      [TRAFFIC, "bgpd of the router is killed and started anew"],
    ],
  },
  {
    what: "Hold time 0, 3, asymmetric, with a floor; KEEPALIVEs at 0.75 to 1.0 of their time",
    rfcs: ["4271 §4.2", "4271 §4.4", "4271 §10"],
    shown: [
      [SESSION, "with hold time 0 nobody speaks and nobody gives up"],
      [LAB_SESSIONS, "a hold time of 0 is kept"],
      [OPEN, "hold time is the smaller one, keepalive a third of it at most"],
      [SESSION, "keepalives come at three quarters to all of their time, evenly spread"],
      ["test/bgp/session/timers.test.ts", "jitter spreads over 0.75 to 1.0 of the time"],
      [LAB_SESSIONS, "a least hold time, and a source interface"],
      ["test/soak.test.ts", "fifty sessions with a hold time of nine seconds"],
    ],
  },
  {
    what: "A peer that stops reading is given up in time; a KEEPALIVE never waits behind a table",
    rfcs: ["9687"],
    shown: [
      [SESSION, "a peer that reads nothing is given up at the send hold time"],
      [SESSION, "a slow peer that still takes bytes is kept"],
      [TRANSMITTER, "a KEEPALIVE is on time beside a table that is stuck"],
    ],
  },
  {
    what: "Several peers of one address, told apart by port, interface or source address",
    rfcs: ["4271 §3"],
    shown: [
      [LAB_SEVERAL, "two peers at one address that differ in their port: FRR and GoBGP, both up"],
      [PEERS, "the same address under two names is two sessions"],
      [COLLISION, "a local address tells two peers of one remote address apart"],
      ["test/bgp/speaker/interfaces.test.ts", "a connection belongs to the peer of the interface it came in on"],
    ],
  },
  {
    what: "Collisions end in one session that stays, a thousand times out of a thousand",
    rfcs: ["4271 §6.8", "6286 §2.3", "4724 §5"],
    shown: [
      [COLLISION, "a thousand simultaneous opens each end in one session that stays"],
      [COLLISION, "with graceful restart a new connection replaces the old one without a word"],
      ["test/bgp/fsm/collision.test.ts", "both ends keep the same connection"],
    ],
  },
  {
    what: "Leaving: GRACEFUL_SHUTDOWN and lowered preference first, then withdrawal, then Cease with its reason",
    rfcs: ["8326", "9003", "8538 §3", "4486"],
    shown: [
      ["test/src/speaker.test.ts", "makes its routes a last resort"],
      [PEERS, "leaving with withdrawal is a Hard Reset with Cease/2 inside"],
      [LAB_RESTART, "FRR is told why a speaker goes for good, inside a Hard Reset"],
      ["e2e/backends/leave.test.ts", "routes become a last resort before they go, and the router is told why"],
      [TRAFFIC, "a node drains and its agent ends"],
    ],
  },
  {
    what: "TCP MD5 when dialling, on the listener and for a whole prefix; a wrong key is suspected; keys are rolled without loss",
    rfcs: ["2385"],
    shown: [
      [LAB_SESSIONS, "a passive session, signed"],
      [LAB_SEVERAL, "a range of peers, signed"],
      [LAB_SESSIONS, "a key that differs is suspected where nothing is heard"],
      [TRAFFIC, "the password of a session is rolled, the router first"],
      [LAB_SESSIONS, "a key is rolled at both ends within the hold time: the session stays"],
      [LAB_SESSIONS, "a key is rolled, FRR last, which begins anew with it"],
      [PEERS, "another key is put on the session that is up"],
    ],
  },
  {
    what: "GTSM; TTL 1 or multihop; DSCP CS6; source address and interface",
    rfcs: ["5082", "4271 appendix E"],
    shown: [
      [LAB_SESSIONS, "GTSM: FRR that demands it, and we that demand it; CS6 and TTL 255 on every packet"],
      ["test/src/backend/native-peers.test.ts", "the TTL follows the kind of session"],
      ["test/src/net/bgp-host-keys.test.ts", "least TTL"],
    ],
  },
  {
    what: "Passive peers, and peers that are known by a prefix alone, up to a limit",
    rfcs: ["4271 §8.1.1"],
    shown: [
      [COLLISION, "a passive peer waits, and takes what comes"],
      ["test/bgp/speaker/ranges.test.ts", "no more of them at once than the limit"],
      [LAB_SEVERAL, "a range of peers, signed"],
    ],
  },
  {
    what: "Unnumbered peers: found by router advertisement of their own link, or by their answer to a ping",
    rfcs: ["4861 §6.1.2", "2545"],
    shown: [
      [LAB_SESSIONS, "unnumbered with FRR"],
      [LAB_SESSIONS, "unnumbered with GoBGP"],
      ["test/src/net/links.test.ts", "a router is known by its advertisement"],
      ["test/src/net/icmp6.test.ts", "a router advertisement that was forwarded (hop limit 64) is none"],
    ],
  },
  {
    what: "IPv4 routes with an IPv6 next hop",
    rfcs: ["8950"],
    shown: [
      [LAB_SESSIONS, "IPv4 routes with an IPv6 next hop (RFC 8950)"],
      ["test/bgp/codec/pack.test.ts", "IPv4 with an IPv6 next hop goes into MP_REACH_NLRI"],
    ],
  },
  {
    what: "Messages of up to 65,535 bytes where both sides have them",
    rfcs: ["8654"],
    shown: [
      [ROUTES, "with extended messages on both sides the table takes fewer of them"],
      [LAB_SESSIONS, "extended messages, both refreshes"],
    ],
  },
  {
    what: "An AS of its own towards one peer, alone in the path; any external or internal peer AS",
    rfcs: ["7705", "6286"],
    shown: [
      [LAB_SESSIONS, "a local AS stands alone in the path; any external peer AS is taken"],
      [OPEN, "so is any AS where external is asked"],
    ],
  },
  {
    what: "LOCAL_PREF towards internal peers only; our AS first towards external ones",
    rfcs: ["4271 §5.1"],
    shown: [
      [ROUTES, "to an internal peer LOCAL_PREF goes along and the path is empty"],
      [ROUTES, "to an external peer our AS comes first, and LOCAL_PREF stays here"],
    ],
  },
  {
    what: "Received routes are counted and dropped, with a bound; a limit ends the session with Cease/1",
    rfcs: ["4486 §4", "4271 §6.7"],
    shown: [
      [PEERS, "more prefixes than are told apart are not kept"],
      [PEERS, "beyond the limit the session ends with Cease/1"],
    ],
  },
  {
    what: "To look at it: state, capabilities both ways, timers, counters, NOTIFICATIONs, Adj-RIB-Out, the last messages",
    rfcs: ["6396"],
    shown: [
      ["test/src/backend/native-glass.test.ts", "bgp peers: a line each; of one peer everything"],
      ["test/src/backend/native-glass.test.ts", "bgp routes: what each peer is told"],
      ["test/src/backend/native-glass.test.ts", "bgp log: the last messages, decoded and in hex"],
      [LAB_SESSIONS, "bgpdump reads the last messages as an MRT file"],
    ],
  },
  {
    what: "Monitoring by a station: sessions, the Adj-RIB-Out after policy, and the Loc-RIB",
    rfcs: ["7854", "8671", "9069"],
    shown: [
      [
        "e2e/interop/bmp.test.ts",
        "pmbmpd reads the beginning, the session, every route told and withdrawn, and the end",
      ],
      ["test/bgp/bmp/exporter.test.ts", "one that comes late is told what there is"],
      ["test/bgp/bmp/exporter.test.ts", "the Loc-RIB has what peers are to be told"],
    ],
  },
  {
    what: "Sessions in a VRF, by binding the socket to its device",
    rfcs: [],
    shown: [["test/src/backend/native-peers.test.ts", "everything a peer can ask for is passed on"]],
    missing:
      "the call is shown, and a session bound to an interface; a VRF itself is not, for the kernel of the tests has none",
  },
  {
    what: "TCP-AO for sessions that the speaker opens (`tcpAO`)",
    rfcs: ["5925", "5926"],
    shown: [
      ["test/src/net/socket-options.test.ts", "a TCP-AO key (RFC 5925, RFC 5926): algorithm at byte 128"],
      ["test/src/net/bgp-host-keys.test.ts", "a TCP-AO key is put on the socket before it connects"],
      ["test/src/backend/native-peers.test.ts", "with tcpAO the password is a TCP-AO key, and no MD5 key"],
    ],
    missing: "the call is shown, with a kernel that is a fake: that of the tests has no TCP-AO",
  },
  {
    what: "Roles, ADD-PATH, long-lived graceful restart",
    rfcs: ["9234", "7911", "9494"],
    shown: [],
    missing: "read where a peer offers them, never offered",
  },
];
