/** What bfdd says of its sessions (`show bfd peers json`), in the words of the backend contract. */
import type { BfdProfile, Peer } from "../../model/config.ts";
import type { BfdReport, BfdState } from "../backend.ts";
import { neighborName } from "./neighbor.ts";
import { at, number } from "./report.ts";

const STATES: Readonly<Record<string, BfdState>> = { up: "Up", init: "Init", down: "Down", shutdown: "AdminDown" };

/** By the address of the neighbour, and by the interface of one on a link. */
type BfdSessions = ReadonlyMap<string, unknown>;

/** Throws where the text is not what bfdd answers. */
export function readBfdSessions(text: string): BfdSessions {
  const raw: unknown = JSON.parse(text);
  if (!Array.isArray(raw)) throw new Error("not a list");
  const all: readonly unknown[] = raw;
  return new Map(all.flatMap((one) => namesOf(one).flatMap((name) => (typeof name === "string" ? [[name, one]] : []))));
}

function namesOf(one: unknown): unknown[] {
  return [at(one, "peer"), ...(at(one, "multihop") === true ? [] : [at(one, "interface")])];
}

/** RFC 5880 §4.1; FRR's words are the RFC's but for the first. */
function diagnostic(value: unknown): string {
  return typeof value === "string" && value !== "ok" ? value : "none";
}

/** Of a peer with that profile. */
export function bfdReport(sessions: BfdSessions, peer: Peer, { name }: BfdProfile): BfdReport {
  const one = sessions.get(neighborName(peer));
  if (one === undefined) return { profile: name, reason: "bfdd has no session for this peer yet" };
  const address = at(one, "peer");
  const state = STATES[String(at(one, "status"))];
  const of = (key: string): number => number(at(one, key));
  return {
    profile: name,
    ...(state !== undefined && { state }),
    ...(typeof address === "string" && { address }),
    multihop: at(one, "multihop") === true,
    diagnostic: diagnostic(at(one, "diagnostic")),
    remoteDiagnostic: diagnostic(at(one, "remote-diagnostic")),
    localDiscriminator: of("id"),
    remoteDiscriminator: of("remote-id"),
    // As agreed on (RFC 5880 §6.8.2, §6.8.4), once the other side has said what it can.
    ...(state === "Up" && {
      transmitInterval: Math.max(of("transmit-interval"), of("remote-receive-interval")),
      detectionTime: of("remote-detect-multiplier") * Math.max(of("receive-interval"), of("remote-transmit-interval")),
    }),
  };
}
