/** One peer or advertisement for each feature, and how the router sees that it is done. */
import { frrPaths } from "../lab/index.ts";
import type { Capture, LabNode } from "../lab/index.ts";
import { frrPeer } from "../bfd/states.ts";
import { advertisement, bfdProfile, network, peer, services } from "../interop/manifests.ts";
import type { Manifest } from "../interop/manifests.ts";
import type { FeatureName } from "./page.ts";

interface Seen {
  readonly speaker: LabNode;
  readonly router: LabNode;
  /** The address that this peer's packets come from. */
  readonly source: string;
  /** Packets of these peers and BFD echoes, as the router got them. */
  readonly packets: Capture;
}

export interface Asked {
  readonly feature: FeatureName;
  /** Of a peer of its own; absent: of the first one's routes. */
  readonly spec?: Readonly<Record<string, unknown>>;
  /** Lines of the router's neighbour, after "neighbor ADDRESS". */
  readonly lines?: readonly string[];
  /** The router connects. */
  readonly dials?: true;
  /** What `herald plan` says where it cannot be. */
  readonly denied: RegExp;
  readonly done: (seen: Seen) => Promise<boolean>;
}

interface Neighbor {
  readonly bgpState?: string;
  readonly portForeign?: number;
  readonly lastNotificationReason?: string;
  readonly gracefulRestartInfo?: { readonly remoteGrMode?: string };
}

async function neighbor({ router, source }: Seen): Promise<Neighbor> {
  const all = (await router.vtyshJson(`show bgp neighbors ${source} json`)) as Readonly<Record<string, Neighbor>>;
  return all[source] ?? {};
}

async function isUp(seen: Seen): Promise<boolean> {
  return (await neighbor(seen)).bgpState === "Established";
}

/** Some path of this prefix from this peer, or from one whose address begins so, says so. */
async function path(seen: Seen, prefix: string, says: RegExp): Promise<boolean> {
  const all = await frrPaths(seen.router, prefix.includes(":") ? 6 : 4);
  return all.some((one) => one.prefix === prefix && one.peer.startsWith(seen.source) && says.test(JSON.stringify(one)));
}

/** The socket is bound to the interface. */
async function isBound({ speaker, source }: Seen): Promise<boolean> {
  const { stdout } = await speaker.exec("ss", ["-Htn", "state", "established"]);
  return stdout.includes(` ${source}%router:`);
}

/** Routes of one Service each, marked by its label. */
const PLAIN = "10.20.0.0/32";
const COLORED = "10.20.0.1/32";
const FAR = "fd00:20::2/128";
const PRESENT = /prefix/;

export const ASKED: readonly Asked[] = [
  // The first peer's routes.
  {
    feature: "graceful-restart",
    denied: /asks for graceful restart/,
    spec: { dualStackAddressFamily: true },
    done: async (seen) => (await neighbor(seen)).gracefulRestartInfo?.remoteGrMode === "Restart",
  },
  {
    feature: "large-communities",
    denied: /the large communities of/,
    done: (seen) => path(seen, PLAIN, /"64500:1:100"/),
  },
  {
    feature: "extended-communities",
    denied: /the extended communities of/,
    done: (seen) => path(seen, PLAIN, /RT:64500:1 SoO:64500:7/),
  },
  {
    feature: "link-bandwidth",
    denied: /the backend cannot do link bandwidths/,
    done: (seen) => path(seen, PLAIN, /LB:64500:125000/),
  },
  {
    feature: "other-extended-communities",
    denied: /the extended communities other than rt and soo/,
    done: (seen) => path(seen, COLORED, /UNK:3,/),
  },
  {
    feature: "next-hop-ipv6",
    denied: /the IPv6 next hops of/,
    done: (seen) => path(seen, FAR, /"nextHop":"fd00::99"/),
  },
  // Peers of their own.
  {
    feature: "ipv6",
    denied: /asks for a session over IPv6/,
    spec: { peerAddress: "fd00::1", sourceAddress: "fd00::11" },
    done: (seen) => path({ ...seen, source: "fd00::11" }, "fd00:20::/128", PRESENT),
  },
  {
    feature: "prefix-limit",
    denied: /asks for a limit of \d+ received prefixes/,
    spec: { maxReceivedPrefixes: 3 },
    done: async (seen) => /Maximum Number of Prefixes/.test((await neighbor(seen)).lastNotificationReason ?? ""),
  },
  {
    feature: "local-asn",
    denied: /asks for local AS/,
    spec: { localASN: 64777 },
    lines: ["remote-as 64777"],
    done: (seen) => path(seen, PLAIN, /"asPath":"64777"/),
  },
  {
    feature: "dynamic-asn",
    denied: /asks for any .* \(dynamicASN\)/,
    spec: { peerASN: undefined, dynamicASN: "external" },
    done: (seen) => path(seen, PLAIN, PRESENT),
  },
  {
    feature: "tcp-md5",
    denied: /asks for a TCP MD5 password/,
    spec: { password: "the-key" },
    lines: ["password the-key"],
    done: (seen) => path(seen, PLAIN, PRESENT),
  },
  // Neither the kernel here nor FRR has it: it is asked for, and its absence told.
  {
    feature: "tcp-ao",
    denied: /asks for a TCP-AO key/,
    spec: { password: "the-key", tcpAO: { keyID: 1 } },
    done: ({ speaker }) =>
      Promise.resolve(speaker.tasks.some((task) => /this kernel has no TCP-AO|is the TCP-AO key/.test(task.output()))),
  },
  {
    feature: "multihop",
    denied: /asks for eBGP multihop/,
    spec: { ebgpMultiHop: true },
    done: ({ packets, source }) =>
      Promise.resolve(packets.seen().some(({ text }) => text.includes(` ${source}.`) && text.includes("ttl 255"))),
  },
  {
    feature: "passive",
    denied: /asks for a session that the peer opens/,
    spec: { passive: true },
    dials: true,
    done: async (seen) => (await isUp(seen)) && (await neighbor(seen)).portForeign === 179,
  },
  {
    feature: "listen-range",
    denied: /asks for peers that connect from a prefix/,
    spec: { peerAddress: undefined, sourceAddress: undefined },
    dials: true,
    done: (seen) => path(seen, PLAIN, PRESENT),
  },
  {
    feature: "ttl-security",
    denied: /asks for packets of a direct neighbour/,
    spec: { ttlSecurity: true },
    lines: ["ttl-security hops 1"],
    done: (seen) => path(seen, PLAIN, PRESENT),
  },
  {
    feature: "source-interface",
    denied: /asks for a session through interface/,
    spec: { sourceInterface: "router" },
    done: async (seen) => (await isUp(seen)) && isBound(seen),
  },
  {
    feature: "minimum-hold-time",
    denied: /asks for a hold time of at least/,
    lines: ["timers 3 9"],
    done: ({ packets, source }) =>
      Promise.resolve(
        packets.seen().some(({ text }) => text.includes(` ${source}.`) && text.includes("Unacceptable Hold Time")),
      ),
  },
  {
    feature: "bfd",
    denied: /asks for BFD \(/,
    spec: { bfdProfile: "fast" },
    lines: ["bfd"],
    done: async ({ router, source }) => (await frrPeer(router, source))?.status === "up",
  },
  {
    feature: "bfd-echo",
    denied: /asks for BFD (?:echo|\()/,
    spec: { bfdProfile: "echo" },
    lines: ["bfd"],
    done: ({ packets }) => Promise.resolve(packets.find(/\.3785: /) !== undefined),
  },
  // There is no VRF device here: to bind to an interface is the same for the socket.
  {
    feature: "vrf",
    denied: /asks for a session in VRF/,
    spec: { vrf: "router" },
    done: async (seen) => (await isUp(seen)) && isBound(seen),
  },
  {
    feature: "unnumbered",
    denied: /asks for an unnumbered session/,
    spec: { peerAddress: undefined, sourceAddress: undefined, interface: "router" },
    done: (seen) => path({ ...seen, source: "fe80::" }, PLAIN, PRESENT),
  },
];

/** Of the Nth asked peer: the router's own address and the speaker's. */
export function addresses(index: number): { readonly router: string; readonly speaker: string } {
  return { router: index === 0 ? "10.0.0.1" : `10.0.0.${index + 50}`, speaker: `10.0.0.${index + 100}` };
}

/** It is asked for by a peer of its own. */
export function isOwn({ spec, lines }: Asked): boolean {
  return spec !== undefined || lines !== undefined;
}

function rest(index: number, { spec = {}, feature }: Asked): object {
  const { router, speaker } = addresses(index);
  const base = { minimumHoldTime: "30s", peerAddress: router, sourceAddress: speaker };
  return { ...base, ...(feature === "listen-range" && { listenRange: `${router}/32` }), ...spec };
}

const FAST = { receiveInterval: 100, transmitInterval: 100, detectMultiplier: 5 };

function shown(label: string, spec: object): Manifest {
  return advertisement(label, { serviceSelectors: [{ matchLabels: { shows: label } }], ...spec });
}

/** All that is asked for. */
export function manifests(): Manifest[] {
  const labels = ["rich", "colored", "far"];
  const routes = services(labels.length).map((one, index) => {
    if (one.kind !== "Service") return one;
    const metadata = { ...one.metadata, labels: { shows: labels[index / 2] } };
    return { ...one, metadata, spec: { ...one.spec, externalTrafficPolicy: "Local" } };
  });
  const communities = ["large:64500:1:100"];
  return [
    ...network(),
    ...ASKED.flatMap((asked, index) =>
      !isOwn(asked) ? [] : peer({ name: asked.feature, address: "", spec: rest(index, asked) }),
    ),
    bfdProfile("fast", FAST),
    bfdProfile("echo", { ...FAST, echoMode: true, echoInterval: 100 }),
    shown("rich", { communities, extendedCommunities: ["rt:64500:1", "soo:64500:7"], weightByEndpoints: "transitive" }),
    shown("colored", { extendedCommunities: ["color:0:7"] }),
    shown("far", { nextHopV6: "fd00::99" }),
    ...routes,
  ];
}
