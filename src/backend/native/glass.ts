/** The speaker's sessions in words. */
import { formatIpv4 } from "bgp-ts-codec";
import type { AdjRibOut, LoggedMessage, PeerError, PeerStatus } from "@herald/bgp";
import { describeCapability, describeMessage, hex } from "../../describe/index.ts";
import { formatPrefix } from "../../model/address.ts";
import type { Ending, LookingGlass, MessageDetail, PeerDetail, RouteDetail } from "../looking-glass.ts";
import { endpoint, report } from "./report.ts";

/** What is shown of a speaker. */
export interface Shown {
  status(): readonly PeerStatus[];
  adjRibOut(peer: string): AdjRibOut | undefined;
  messages(peer: string): readonly LoggedMessage[] | undefined;
}

export function lookingGlass(speaker: Shown): LookingGlass {
  const named = (peer: string | undefined): readonly PeerStatus[] | undefined => {
    const all = speaker.status();
    if (peer === undefined) return all;
    const one = all.filter(({ name }) => name === peer);
    return one.length === 0 ? undefined : one;
  };
  return {
    peers: (peer) => named(peer)?.map(detail),
    routes: (peer) => named(peer)?.flatMap(({ name }) => routes(name, speaker.adjRibOut(name))),
    log: (peer) => named(peer)?.flatMap(({ name }) => (speaker.messages(name) ?? []).map((one) => logged(name, one))),
  };
}

function detail(status: PeerStatus): PeerDetail {
  const { unsent, lastError: _words, ...rest } = report(status);
  const { remoteAs, remoteId, holdTime, keepaliveTime, updateGroup, lastError, lastSent, lastReceived } = status;
  const connection = connectionOf(status);
  return {
    ...rest,
    localAs: status.localAs,
    ...(remoteAs !== undefined && { remoteAs }),
    ...(remoteId !== undefined && { remoteId: formatIpv4(remoteId) }),
    ...(holdTime !== undefined && { holdTime }),
    ...(keepaliveTime !== undefined && { keepaliveTime }),
    remoteAddress: status.remoteAddress,
    ...(status.localAddress !== undefined && { localAddress: status.localAddress }),
    ...(connection !== undefined && { connection }),
    timers: status.timers,
    capabilitiesSent: status.capabilitiesSent.map(describeCapability),
    capabilitiesReceived: status.capabilitiesReceived.map(describeCapability),
    ups: status.ups,
    ...(updateGroup !== undefined && { updateGroup }),
    buffered: status.buffered,
    unsent: unsent.map(({ prefix, reason }) => ({ prefix: formatPrefix(prefix), reason })),
    ...(lastError !== undefined && { lastError: ending(lastError) }),
    ...(lastSent !== undefined && { lastNotificationSent: ending(lastSent) }),
    ...(lastReceived !== undefined && { lastNotificationReceived: ending(lastReceived) }),
  };
}

function connectionOf({
  localAddress,
  localPort,
  remoteAddress,
  connectedPort,
  direction,
}: PeerStatus): string | undefined {
  if (localAddress === undefined || localPort === undefined || connectedPort === undefined) return undefined;
  const ends = [endpoint(localAddress, localPort), endpoint(remoteAddress, connectedPort)];
  return (direction === "inbound" ? ends.reverse() : ends).join(" → ");
}

function ending({ text, at }: PeerError): Ending {
  return { text, at };
}

function routes(peer: string, out: AdjRibOut | undefined): RouteDetail[] {
  if (out === undefined) return [];
  return out.messages.flatMap((bytes) => {
    const { announced, attributes } = describeMessage(bytes, out.context);
    return announced.map((prefix) => ({ peer, prefix, attributes }));
  });
}

function logged(peer: string, { at, direction, bytes, context }: LoggedMessage): MessageDetail {
  return { peer, at, direction, as4: context.as4, hex: hex(bytes), message: describeMessage(bytes, context) };
}
