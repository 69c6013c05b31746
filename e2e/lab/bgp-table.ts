/** What a router says it learned. */
import type { LabNode } from "./node.ts";

/** A path of FRR's BGP table. */
export interface BgpPath {
  readonly prefix: string;
  readonly peer: string;
  /** The global one where there is a link-local one too. */
  readonly nextHop: string;
  readonly asPath: string;
  readonly origin: string;
  readonly med: number | undefined;
  readonly communities: readonly string[];
  readonly largeCommunities: readonly string[];
  /** As FRR prints them: "RT:64500:1 LB:64500:125000 (1.000 Mbps)". */
  readonly extendedCommunities: string;
  /** Takes traffic: the best path, or one that shares with it. */
  readonly used: boolean;
}

interface RawPath {
  readonly aspath: { readonly string: string };
  readonly origin: string;
  readonly metric?: number;
  readonly multipath?: boolean;
  readonly bestpath?: unknown;
  readonly community?: { readonly string: string };
  readonly largeCommunity?: { readonly string: string };
  readonly extendedCommunity?: { readonly string: string };
  readonly nexthops: readonly { readonly ip: string; readonly scope?: string }[];
  readonly peer: { readonly peerId: string };
}

/** FRR's BGP table of one family, by prefix and peer. */
export async function frrPaths(router: LabNode, family: 4 | 6): Promise<BgpPath[]> {
  const show = `show bgp ipv${family} unicast`;
  const { routes = {} } = (await router.vtyshJson(`${show} json`)) as { routes?: Record<string, unknown> };
  const prefixes = Object.keys(routes).sort();
  const answers = await Promise.all(prefixes.map((prefix) => router.vtyshJson(`${show} ${prefix} json`)));
  return answers.flatMap((answer, index) => {
    const { paths = [] } = answer as { paths?: readonly RawPath[] };
    return paths.map((path) => toPath(prefixes[index] ?? "", path)).sort((a, b) => (a.peer < b.peer ? -1 : 1));
  });
}

function words(list: { readonly string: string } | undefined): string[] {
  return list?.string.split(" ") ?? [];
}

function toPath(prefix: string, path: RawPath): BgpPath {
  const nextHop = path.nexthops.find(({ scope }) => scope !== "link-local") ?? path.nexthops[0];
  return {
    prefix,
    peer: path.peer.peerId,
    nextHop: nextHop?.ip ?? "",
    asPath: path.aspath.string,
    origin: path.origin,
    med: path.metric,
    communities: words(path.community),
    largeCommunities: words(path.largeCommunity),
    extendedCommunities: path.extendedCommunity?.string ?? "",
    used: path.multipath === true || path.bestpath !== undefined,
  };
}
