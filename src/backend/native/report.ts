/** What the speaker reports, in the words of the backend contract. */
import { Afi } from "bgp-ts-codec";
import type { PeerError, PeerStatus, SpeakerEvent, Unsent } from "@herald/bgp";
import { formatAddress, formatPrefix } from "../../model/address.ts";
import type { Peer } from "../../model/config.ts";
import type { BackendEvent } from "../backend.ts";
import type { PeerReport } from "../report.ts";
import { fromWirePrefix } from "./routes.ts";

function reasonOf({ prefix, reason }: Unsent): string {
  const family = prefix.afi === Afi.Ipv4 ? "IPv4" : "IPv6";
  switch (reason) {
    case "family-not-negotiated":
      return `the peer has not agreed to ${family} routes`;
    case "no-next-hop":
      return `this node has no ${family} address to be the next hop on a session over the other family`;
    case "attributes-too-long":
      return "its attributes do not fit a message";
  }
}

/** "192.0.2.1:179", "[2001:db8::1]:179". */
export function endpoint(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Where a peer is, as configured. */
export function endpointOf({ address, interface: device = "", port, listenRange }: Peer): string {
  if (listenRange !== undefined) return formatPrefix(listenRange.prefix);
  return address === undefined ? device : endpoint(formatAddress(address), port);
}

/** Who complained of whom: the same NOTIFICATION can go either way. */
function errorText({ direction, text }: PeerError): string {
  switch (direction) {
    case "sent":
      return `sent ${text}`;
    case "received":
      return `the peer sent ${text}`;
    case "local":
      return text;
  }
}

export function report(status: PeerStatus): PeerReport {
  return {
    peer: status.name,
    state: status.state,
    address: status.remoteAddress.startsWith("%")
      ? status.remoteAddress.slice(1)
      : endpoint(status.remoteAddress, status.remotePort),
    routes: status.routes,
    advertised: status.advertised,
    pending: status.pending,
    sent: status.sent,
    received: status.received,
    receivedPrefixes: status.receivedPrefixes,
    flaps: status.flaps,
    updateErrors: status.updateErrors,
    unsent: status.unsent.map((one) => ({ prefix: fromWirePrefix(one.prefix), reason: reasonOf(one) })),
    ...(status.since !== undefined && { since: status.since }),
    ...(status.lastError !== undefined && { lastError: errorText(status.lastError) }),
  };
}

/** The event to pass on, if there is one. */
export function translate(event: SpeakerEvent): BackendEvent | undefined {
  const { peer } = event;
  switch (event.type) {
    case "state":
      return {
        type: "session",
        peer,
        state: event.to,
        ...(event.reason !== undefined && { reason: event.reason.replaceAll("-", " ") }),
      };
    case "synced":
      return { type: "synced", peer };
    case "error":
      return { type: "error", peer, text: errorText(event.error) };
    case "unsent": {
      const [first] = event.unsent;
      if (first === undefined) return undefined;
      const n = event.unsent.length;
      const text = `${n === 1 ? "1 route is" : `${n} routes are`} not sent to ${peer}: ${reasonOf(first)}`;
      return { type: "error", peer, text };
    }
  }
}
