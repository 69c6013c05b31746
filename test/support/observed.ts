/** An agent as somebody who asks sees it: two roles, two peers, three Services. */
import type { BackendStatus, MessageCounts } from "../../src/backend/report.ts";
import type { Allocation } from "../../src/model/allocation.ts";
import type { ServiceView } from "../../src/model/service.ts";
import type { Observed } from "../../src/observed.ts";
import { PassTimes } from "../../src/pass-times.ts";
import { ip, net, service } from "./plan-values.ts";

const COUNTS: MessageCounts = { open: 1, update: 5, notification: 0, keepalive: 9, routeRefresh: 0, bytes: 900 };

const BACKEND: BackendStatus = {
  backend: "native",
  peers: [
    {
      peer: "tor-1",
      address: "10.0.0.1:179",
      state: "Established",
      since: Date.UTC(2026, 0, 31, 8, 15, 30),
      routes: 3,
      advertised: 2,
      pending: 0,
      unsent: [{ prefix: net("2001:db8::1/128"), reason: "the peer has not agreed to IPv6 routes" }],
      sent: COUNTS,
      received: { ...COUNTS, update: 2, bytes: 300 },
      receivedPrefixes: 1,
      flaps: 2,
      updateErrors: { discarded: 1, withdrawn: 0 },
      bfd: {
        profile: "fast",
        state: "Up",
        address: "10.0.0.1",
        multihop: false,
        since: Date.UTC(2026, 0, 31, 8, 15, 31),
        diagnostic: "none",
        remoteState: "Up",
        remoteDiagnostic: "control detection time expired",
        localDiscriminator: 7,
        remoteDiscriminator: 8,
        transmitInterval: 50,
        detectionTime: 150,
        counters: {
          sent: 40,
          received: 41,
          dropped: { "path-mismatch": 2 },
          ups: 2,
          downs: 1,
          failures: 1,
          echoSent: 8,
          echoReceived: 7,
        },
      },
    },
    {
      peer: "tor-2",
      address: "[fd00::2]:179",
      state: "Active",
      routes: 1,
      advertised: 0,
      unsent: [],
      lastError: "connection refused",
      bfd: { profile: "fast", reason: "bind 0.0.0.0:3784: EADDRINUSE: address already in use" },
    },
  ],
  bfd: {
    scheduling: "real-time (round robin, priority 1)",
    fired: 100,
    buckets: [6, 8, 10, 12, 14, 16, 18, 20].map((power, i) => ({
      le: 2 ** power / 1e6,
      count: Math.min(100, 40 + 10 * i),
    })),
    sum: 0.25,
    p99: 0.004,
    p9999: 0.0071,
    worst: 0.0072,
    dropped: { ttl: 3 },
  },
};

const SERVICES: readonly ServiceView[] = [
  { ...service("web", ["192.0.2.1", "2001:db8::1"]), key: "shop/web", namespace: "shop" },
  service("dns", ["192.0.2.2"]),
  service("late", []),
  { ...service("inside", []), type: "ClusterIP" },
];

const ALLOCATIONS: ReadonlyMap<string, Allocation> = new Map(
  [
    { service: "shop/web", addresses: [ip("192.0.2.1"), ip("2001:db8::1")], pool: "public", events: [] },
    { service: "default/dns", addresses: [ip("192.0.2.2")], pool: "public", events: [] },
    { service: "default/late", addresses: [], pending: "pool public has no IPv4 address left", events: [] },
  ].map((one) => [one.service, one]),
);

const NONE = { standard: [], large: [] };

/** The clock of its passes moves by one millisecond a look. */
export function observed(): Observed {
  let now = 0;
  const passes = new PassTimes(() => now++);
  for (let i = 0; i < 3; i++) passes.run(() => undefined);
  return {
    version: "1.2.3",
    roles: ["controller", "speaker"],
    node: "n1",
    waiting: [],
    world: {
      services: new Map(SERVICES.map((one) => [one.key, one])),
      size: 12,
      synced: true,
      updates: { total: 14, errors: 1 },
    },
    problems: [
      {
        severity: "error",
        object: "BGPPeer metallb-system/tor-3",
        text: "BGPPeer metallb-system/tor-3: spec.myASN: is missing",
      },
      { severity: "warning", object: "Service shop/web", text: "Service shop/web: something is old" },
    ],
    controller: {
      allocation: (key) => ALLOCATIONS.get(key),
      waiting: 1,
      usage: () => [
        { pool: "public", assignedIPv4: 2n, assignedIPv6: 1n, availableIPv4: 0n, availableIPv6: 2n ** 64n - 1n },
      ],
    },
    speaker: {
      announcement: (key) =>
        key === "shop/web"
          ? { peers: ["tor-1", "tor-2"], reasons: [] }
          : { peers: [], reasons: [`no endpoint of ${key} on node n1 is ready`] },
      routes: () => [
        {
          peer: "tor-1",
          prefix: net("192.0.2.0/24"),
          attributes: { communities: { standard: [0xffff_ff01], large: [[64500, 1, 2]] }, localPref: 200 },
          services: ["shop/web"],
        },
        { peer: "tor-1", prefix: net("2001:db8::1/128"), attributes: { communities: NONE }, services: ["shop/web"] },
        { peer: "tor-2", prefix: net("192.0.2.1/32"), attributes: { communities: NONE }, services: ["shop/web"] },
      ],
      status: () => BACKEND,
      refresh: () => Promise.resolve(),
    },
    api: {
      requests: new Map([
        ["PATCH 2xx", 3],
        ["PATCH 409", 1],
        ["WATCH ECONNREFUSED", 2],
      ]),
      reads: new Map([
        ["Service watch", 9],
        ["Service failure", 1],
      ]),
      waiting: new Map([["Service", 4]]),
      writes: new Map([["Service", passes.counts]]),
    },
    wire: passes.counts,
    passes: new Map([["speaker", passes.counts]]),
    process: { cpuSeconds: 0.25, residentBytes: 1e6, startTime: 1_800_000_000 },
  };
}
