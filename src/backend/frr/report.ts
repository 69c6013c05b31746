/** What bgpd says of its neighbours (`show bgp neighbors json`), in the words of the backend contract. */
import type { Family } from "../../model/address.ts";
import type { MessageCounts, SessionState } from "../report.ts";
import type { NeighborState } from "../daemon/sessions.ts";

const NO_POLICY =
  'bgpd tells this neighbor nothing: it has no outbound policy; give it one, or write "no bgp ebgp-requires-policy" under "router bgp"';
const STATES: readonly SessionState[] = ["Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established"];
const FAMILIES = [
  [4, "ipv4Unicast"],
  [6, "ipv6Unicast"],
] as const satisfies readonly (readonly [Family, string])[];

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** The value at a path of an unknown JSON value. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let here = value;
  for (const key of path) {
    if (!isRecord(here)) return undefined;
    here = here[key];
  }
  return here;
}

export function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

function lastError(raw: unknown): string | undefined {
  const notification = at(raw, "lastNotificationReason");
  if (typeof notification === "string" && notification !== "") return notification;
  const reset = at(raw, "lastResetDueTo");
  return typeof reset === "string" && !/^(?:Waiting|No AFI|Unspecified)/.test(reset) ? reset : undefined;
}

function counts(raw: unknown, way: "Sent" | "Recv"): MessageCounts {
  const count = (name: string): number => number(at(raw, "messageStats", `${name}${way}`));
  return {
    open: count("opens"),
    update: count("updates"),
    notification: count("notifications"),
    keepalive: count("keepalives"),
    routeRefresh: count("routeRefresh"),
  };
}

export interface Neighbor extends NeighborState {
  /** The peer-group of the range it came from. */
  readonly group?: string;
}

function neighborState(raw: unknown): Neighbor {
  const named = at(raw, "bgpState");
  const state = STATES.find((one) => one === named) ?? "Idle";
  const up = state === "Established";
  const families = FAMILIES.filter(
    ([, name]) =>
      up && at(raw, "neighborCapabilities", "multiprotocolExtensions", name, "advertisedAndReceived") === true,
  );
  const sum = (counter: string): number =>
    FAMILIES.reduce((all, [, name]) => all + number(at(raw, "addressFamilyInfo", name, counter)), 0);
  const epoch = number(at(raw, "bgpTimerUpEstablishedEpoch"));
  // What bgpd says in words, for each family, where a neighbour in another AS has no policy.
  const silent =
    up && FAMILIES.some(([, name]) => at(raw, "addressFamilyInfo", name, "outboundEbgpRequiresPolicy") !== undefined);
  const error = lastError(raw);
  const description = at(raw, "nbrDesc");
  const group = at(raw, "peerSubnetRangeGroup") === undefined ? undefined : at(raw, "peerGroup");
  return {
    state,
    told: up ? sum("sentPrefixCounter") : 0,
    agreed: new Set(families.map(([family]) => family)),
    ups: number(at(raw, "connectionsEstablished")),
    synced: up && families.every(([, name]) => at(raw, "gracefulRestartInfo", "endOfRibSend", name) !== false),
    messages: { sent: counts(raw, "Sent"), received: counts(raw, "Recv") },
    receivedPrefixes: up ? sum("acceptedPrefixCounter") : 0,
    ...(up && epoch > 0 && { since: epoch * 1000 }),
    ...(error !== undefined && { lastError: error }),
    ...(typeof description === "string" && { description }),
    ...(typeof group === "string" && { group }),
    ...(silent && { trouble: NO_POLICY }),
  };
}

/** By address. Throws where the text is not what bgpd answers. */
export function readNeighbors(text: string): ReadonlyMap<string, Neighbor> {
  const raw: unknown = JSON.parse(text);
  if (!isRecord(raw)) throw new Error("not an object");
  return new Map(
    Object.entries(raw)
      .filter(([, value]) => at(value, "bgpState") !== undefined)
      .map(([address, value]) => [address, neighborState(value)]),
  );
}
