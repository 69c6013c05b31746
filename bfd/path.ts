/** Paths and their sessions' index: how a packet without Your Discriminator finds its session (RFC 5881 §3, RFC 5883 §4). */
import type { IncomingDatagram } from "./ports.ts";

/** UDP destination ports of control packets. */
export const SINGLE_HOP_PORT = 3784;
export const MULTIHOP_PORT = 4784;

/** What is watched. Addresses in the host's one text form, IPv6 link-local ones without their zone. */
export interface Path {
  /** The peer. */
  readonly address: string;
  readonly localAddress?: string;
  /** Single hop: the link. Two sessions with one peer over two links are two paths. */
  readonly interface?: string;
  /** Absent: the default one. */
  readonly vrf?: string;
  readonly multihop: boolean;
}

export function pathKey({ address, localAddress = "", interface: link = "", vrf = "", multihop }: Path): string {
  return [multihop ? "multihop" : "single-hop", address, link, localAddress, vrf].join(" ");
}

/** Whether the datagram came along the path. What the path leaves open may be anything, as may what the host does not say. */
export function isOnPath(path: Path, datagram: IncomingDatagram): boolean {
  const { address, localAddress, interface: link, vrf, multihop } = path;
  return (
    datagram.address === address &&
    datagram.vrf === vrf &&
    datagram.port === (multihop ? MULTIHOP_PORT : SINGLE_HOP_PORT) &&
    (link === undefined || link === datagram.interface) &&
    (localAddress === undefined || datagram.localAddress === undefined || localAddress === datagram.localAddress)
  );
}
