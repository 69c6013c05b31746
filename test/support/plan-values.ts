/** Short ways to write the values that planning works on. Every builder takes the fields that matter and fills the rest. */
import { parseIpv4, parseIpv6 } from "bgp-ts-codec";
import type { Address, Prefix } from "../../src/model/address.ts";
import { formatPrefix, mask } from "../../src/model/address.ts";
import type { ServicePlan } from "../../src/model/announcement.ts";
import type { BgpAdvertisement, Config, Peer, Pool } from "../../src/model/config.ts";
import type { Selector } from "../../src/model/selector.ts";
import type { Endpoint, EndpointSliceView, NodeView, ServiceView } from "../../src/model/service.ts";

/** An address from its text. */
export function ip(text: string): Address {
  const ipv4 = parseIpv4(text);
  if (ipv4 !== undefined) return { family: 4, value: BigInt(ipv4) };
  const ipv6 = parseIpv6(text);
  if (ipv6 === undefined) throw new Error(`not an address: ${text}`);
  return { family: 6, value: ipv6 };
}

/** A prefix from "address/length"; host bits are cleared. */
export function net(text: string): Prefix {
  const [address = "", length = ""] = text.split("/");
  return mask(ip(address), Number(length));
}

export function labelled(matchLabels: Record<string, string>): Selector {
  return { matchLabels, matchExpressions: [] };
}

/** A pool of ranges written "first-last". */
export function pool(name: string, ...ranges: string[]): Pool {
  return {
    name,
    labels: {},
    ranges: ranges.map((range) => {
      const [first, last] = range.split("-").map((text) => ip(text));
      if (first === undefined || last === undefined) throw new Error(`not a range: ${range}`);
      return { family: first.family, first: first.value, last: last.value };
    }),
    autoAssign: true,
    avoidBuggyIPs: false,
  };
}

type AdvertisementFields = Partial<Omit<BgpAdvertisement, "name" | "pools" | "communities" | "peers">> & {
  readonly pools?: readonly string[];
  readonly peers?: readonly string[];
  readonly communities?: readonly number[];
  readonly large?: readonly (readonly [number, number, number])[];
  readonly extended?: readonly bigint[];
};

/** An advertisement, of pool "default" unless told otherwise. */
export function advertisement(name: string, fields: AdvertisementFields = {}): BgpAdvertisement {
  const { pools = ["default"], peers = [], communities = [], large = [], extended, ...rest } = fields;
  return {
    name,
    pools: new Set(pools),
    nodeSelectors: [],
    serviceSelectors: [],
    aggregationLength: 32,
    aggregationLengthV6: 128,
    communities: { standard: communities, large, ...(extended && { extended }) },
    peers: new Set(peers),
    ...rest,
  };
}

/** An external peer that carries both families. */
export function peer(name: string, fields: Partial<Omit<Peer, "name">> = {}): Peer {
  const target = fields.interface === undefined && fields.address === undefined ? { address: ip("192.0.2.254") } : {};
  return {
    name,
    myAsn: 64500,
    peerAsn: 64501,
    ...target,
    port: 179,
    holdTime: 90,
    connectTime: 10,
    nodeSelectors: [],
    gracefulRestart: false,
    ebgpMultiHop: false,
    families: new Set([4, 6] as const),
    ...fields,
  };
}

/** A configuration; pools by default: "default" with 198.51.100.0/24 and 2001:db8:1::/112. */
export function config(parts: {
  readonly pools?: readonly Pool[];
  readonly advertisements?: readonly BgpAdvertisement[];
  readonly peers?: readonly Peer[];
}): Config {
  const pools = parts.pools ?? [pool("default", "198.51.100.0-198.51.100.255", "2001:db8:1::-2001:db8:1::ffff")];
  return {
    pools: new Map(pools.map((one) => [one.name, one])),
    bgpAdvertisements: parts.advertisements ?? [],
    l2Advertisements: [],
    peers: new Map((parts.peers ?? []).map((one) => [one.name, one])),
  };
}

export function node(name: string, fields: Partial<Omit<NodeView, "name">> = {}): NodeView {
  return {
    name,
    labels: { "kubernetes.io/hostname": name },
    networkUnavailable: false,
    addresses: [ip("192.0.2.1")],
    ...fields,
  };
}

/** A Service "default/<name>" with the given addresses. */
export function service(
  name: string,
  ingress: readonly string[],
  fields: Partial<Omit<ServiceView, "key" | "name" | "ingress">> = {},
): ServiceView {
  return {
    key: `default/${name}`,
    namespace: "default",
    name,
    labels: {},
    type: "LoadBalancer",
    externalTrafficPolicy: "Cluster",
    ports: [{ protocol: "TCP", port: 80 }],
    selector: `app=${name}`,
    families: [4],
    ipFamilyPolicy: "SingleStack",
    request: { addresses: [] },
    ingress: ingress.map((text) => ip(text)),
    deprecatedAnnotations: [],
    deleting: false,
    ...fields,
  };
}

/** An endpoint on a node (none: "") in one of the states that Kubernetes knows. */
export function endpoint(
  nodeName: string,
  state: "ready" | "starting" | "terminating" | "gone" = "ready",
  address = `10.244.0.${nodeName.length + 1}`,
): Endpoint {
  return {
    addresses: [address],
    ...(nodeName !== "" && { nodeName }),
    ready: state === "ready",
    serving: state === "ready" || state === "terminating",
    terminating: state === "terminating" || state === "gone",
  };
}

export function slice(name: string, ...endpoints: Endpoint[]): EndpointSliceView {
  return { key: `default/${name}-abcde`, service: `default/${name}`, endpoints };
}

/** The routes of a plan, each as "prefix peer". */
export function routesOf({ announcements }: ServicePlan): string[] {
  return announcements.map(({ prefix, peer }) => `${formatPrefix(prefix)} ${peer}`);
}
