/** What GoBGP says of its neighbours (ListPeer), in the words of the backend contract. */
import type { Family } from "../../model/address.ts";
import type { MessageCounts, SessionState } from "../report.ts";
import type { NeighborState } from "../daemon/sessions.ts";
import { multiProtocol } from "./messages.ts";
import type { PeerMessage } from "./peer.ts";
import { decode } from "./protobuf.ts";

/** By GoBGP's number; 0 is unknown. */
const STATES: readonly SessionState[] = ["Idle", "Idle", "Connect", "Active", "OpenSent", "OpenConfirm", "Established"];
const UNICAST = 1;
const MULTI_PROTOCOL = "MultiProtocolCapability";
const RESTART = ".GracefulRestartCapability";

function familyOfAfi({ afi, safi }: { readonly afi?: number; readonly safi?: number }): Family | undefined {
  if (safi !== UNICAST) return undefined;
  return afi === 1 ? 4 : afi === 2 ? 6 : undefined;
}

type State = NonNullable<PeerMessage["state"]>;

/** Families of the other side's OPEN; one without the capability speaks IPv4 (RFC 4760 §8). */
function announced({ remote_cap: capabilities = [] }: State): ReadonlySet<Family> {
  const found = capabilities.flatMap(({ type_url: url = "", value }) => {
    if (value === undefined || (url !== "" && !url.endsWith(MULTI_PROTOCOL))) return [];
    return decode(multiProtocol, value).family ?? [];
  });
  return new Set(found.length === 0 ? [4] : found.flatMap((one) => familyOfAfi(one) ?? []));
}

/** The neighbour's OPEN had the graceful restart capability (RFC 4724 §3). */
export function restartsGracefully({ state = {} }: PeerMessage): boolean {
  const { remote_cap: capabilities = [] } = state;
  return capabilities.some(({ type_url: url = "", restart }) => restart !== undefined || url.endsWith(RESTART));
}

type Messages = NonNullable<State["messages"]>["sent"];

function counts(messages: Messages = {}): MessageCounts {
  const { open = 0, update = 0, notification = 0, keepalive = 0, refresh = 0 } = messages;
  return { open, update, notification, keepalive, routeRefresh: refresh };
}

/** `counted`: the answer has how many prefixes are told. */
export function neighborState(peer: PeerMessage, counted: boolean): NeighborState {
  const { conf: { description } = {}, state = {}, afi_safis: families = [], timers, graceful_restart: restart } = peer;
  const named = STATES[state.session_state ?? 0] ?? "Idle";
  const up = named === "Established";
  const theirs = announced(state);
  const ours = families.flatMap(({ config }) => familyOfAfi(config?.family ?? {}) ?? []);
  const sum = (key: "advertised" | "received"): number =>
    families.reduce((total, { state: one }) => total + (one?.[key] ?? 0), 0);
  const since = timers?.state?.uptime?.seconds;
  return {
    state: named,
    told: up && counted ? sum("advertised") : up ? undefined : 0,
    agreed: new Set(up ? ours.filter((family) => theirs.has(family)) : []),
    ups: (state.flops ?? 0) + (up ? 1 : 0),
    synced: up && restart?.local_restarting !== true,
    messages: { sent: counts(state.messages?.sent), received: counts(state.messages?.received) },
    receivedPrefixes: up ? sum("received") : 0,
    ...(up && since !== undefined && since > 0 && { since: since * 1000 }),
    ...(description !== undefined && { description }),
    ...(state.disconnect_message !== undefined && { lastError: state.disconnect_message }),
  };
}
