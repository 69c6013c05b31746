/** A peer as GoBGP is told of it. The one place of this backend where a password is revealed. */
import { formatAddress } from "../../model/address.ts";
import type { Peer } from "../../model/config.ts";
import { isExternal, localAs } from "../../model/peer.ts";
import { hash } from "../daemon/classes.ts";
import type { peer as peerFields } from "./messages.ts";
import { familyOf } from "./paths.ts";
import type { Value } from "./protobuf.ts";

export type PeerMessage = Value<typeof peerFields>;

/** Seconds that a peer keeps our routes while gobgpd restarts, and that gobgpd then waits for the peer's own. */
const RESTART_TIME = 120;
const DEFERRAL_TIME = 1;
// Not NOTIFICATION too (RFC 8538): GoBGP has no hard reset, and a peer that is removed would keep our routes.

/** What a direct neighbour sends (RFC 5082 §3). */
const GTSM_TTL = 255;

const DESCRIPTION = "herald ";

export function isOurs({ conf }: PeerMessage): boolean {
  return conf?.description?.startsWith(DESCRIPTION) === true;
}

/** `peer` has an address, and an AS number. */
export function peerMessage(peer: Peer): PeerMessage {
  const { name, address, sourceAddress, password, holdTime, keepaliveTime, connectTime, port, vrf, families } = peer;
  if (address === undefined) throw new Error(`BUG: peer ${name} has no address`);
  const { gracefulRestart, peerAsn, sourceInterface: device = vrf, maxReceivedPrefixes: limit } = peer;
  const timers = {
    connect_retry: connectTime,
    hold_time: holdTime,
    keepalive_interval: keepaliveTime ?? Math.floor(holdTime / 3),
  };
  const terms = {
    ...(isExternal(peer) && peer.ebgpMultiHop && { ebgp_multihop: { enabled: true, multihop_ttl: 255 } }),
    timers: { config: timers },
    transport: {
      remote_port: port,
      ...(sourceAddress !== undefined && { local_address: formatAddress(sourceAddress) }),
      ...(device !== undefined && { bind_interface: device }),
      ...(peer.passive === true && { passive_mode: true }),
    },
    ...(peer.ttlSecurity === true && { ttl_security: { enabled: true, ttl_min: GTSM_TTL } }),
    ...(gracefulRestart && {
      graceful_restart: {
        enabled: true,
        restart_time: RESTART_TIME,
        deferral_time: DEFERRAL_TIME,
        local_restarting: true,
      },
    }),
    afi_safis: [...families]
      .sort((a, b) => a - b)
      .map((family) => ({
        config: { family: familyOf(family), enabled: true },
        ...(gracefulRestart && { mp_graceful_restart: { config: { enabled: true } } }),
        ...(limit !== undefined && { prefix_limits: { family: familyOf(family), max_prefixes: limit } }),
      })),
  };
  const conf = {
    neighbor_address: formatAddress(address),
    local_asn: localAs(peer),
    peer_asn: typeof peerAsn === "number" ? peerAsn : localAs(peer),
  };
  const fingerprint = hash(JSON.stringify([conf, terms]))
    .toString(16)
    .padStart(8, "0");
  return {
    conf: {
      ...conf,
      description: `${DESCRIPTION}${name} ${fingerprint}`,
      ...(password !== undefined && { auth_password: password.reveal() }),
    },
    ...terms,
  };
}

/** The session is as it should be. */
export function samePeer(has: PeerMessage, wanted: PeerMessage): boolean {
  return (
    has.conf?.description === wanted.conf?.description &&
    (has.conf?.auth_password ?? "") === (wanted.conf?.auth_password ?? "")
  );
}

/** What of the daemon's settings a peer may contradict. */
export interface Setting {
  /** BGP Identifier of the daemon, as text. */
  readonly routerId: string;
  /** Addresses of neighbours that are not Herald's. */
  readonly foreign: ReadonlySet<string>;
  readonly listens: boolean;
  /** Of the peers before, with the peer's name. */
  readonly taken: Map<string, string>;
}

export function formatId(id: number): string {
  return [24, 16, 8, 0].map((bits) => (id >>> bits) & 0xff).join(".");
}

/** Why there can be no session, or undefined. */
export function refusal(peer: Peer, { routerId, foreign, listens, taken }: Setting): string | undefined {
  if (peer.address === undefined) return "the GoBGP backend has no unnumbered sessions; write spec.peerAddress";
  if (peer.peerAsn === "external")
    return "GoBGP takes no session without the peer's AS number; write spec.peerASN instead of dynamicASN: external";
  if (peer.routerId !== undefined && formatId(peer.routerId) !== routerId) {
    return `gobgpd has one router ID, ${routerId}, and this peer's routerID is ${formatId(peer.routerId)}; leave it out`;
  }
  const address = formatAddress(peer.address);
  if (peer.existing === true && !foreign.has(address)) {
    return `gobgpd has no neighbor ${address} of yours to use; add it there, or leave spec.existing out and Herald makes it`;
  }
  if (peer.existing !== true && foreign.has(address)) {
    return `gobgpd has a neighbor ${address} that is not Herald's; remove it there or this peer here, or set spec.existing`;
  }
  if (peer.passive === true && !listens) {
    return "gobgpd takes no connections; give its global a listen port, or restart it and Herald does";
  }
  const other = taken.get(address);
  if (other !== undefined) return `gobgpd has one session for an address, and peer ${other} has ${address} too`;
  taken.set(address, peer.name);
  return undefined;
}
