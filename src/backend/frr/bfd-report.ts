/** What bfdd says of its sessions (`show bfd peers json`, `show bfd peers counters json`), in the words of the backend contract. */
import type { BfdProfile, Peer } from "../../model/config.ts";
import type { BfdCounters, BfdReport, BfdState } from "../report.ts";
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

/** bfdd neither tells of what it dropped nor why a session went down. */
function countersOf(one: unknown): BfdCounters {
  const of = (key: string): number => number(at(one, key));
  return {
    sent: of("control-packet-output"),
    received: of("control-packet-input"),
    ups: of("session-up"),
    downs: of("session-down"),
    echoSent: of("echo-packet-output"),
    echoReceived: of("echo-packet-input"),
  };
}

/** What bfdd has: its sessions, their counters, and when it said so, as Unix time in milliseconds. */
export interface BfdTold {
  readonly sessions: BfdSessions;
  readonly counters: BfdSessions;
  readonly at: number;
}

/** Of a peer with that profile. */
export function bfdReport(told: BfdTold, peer: Peer, { name, echoMode }: BfdProfile): BfdReport {
  const one = told.sessions.get(neighborName(peer));
  const counters = told.counters.get(neighborName(peer));
  if (one === undefined) return { profile: name, reason: "bfdd has no session for this peer yet" };
  const address = at(one, "peer");
  const state = STATES[String(at(one, "status"))];
  const of = (key: string): number => number(at(one, key));
  const seconds = at(one, state === "Up" ? "uptime" : "downtime");
  const echoes = echoMode && state === "Up" && of("remote-echo-receive-interval") > 0;
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
    ...(echoes && { echoInterval: Math.max(of("echo-transmit-interval"), of("remote-echo-receive-interval")) }),
    ...(counters !== undefined && { counters: countersOf(counters) }),
    ...(typeof seconds === "number" && { since: told.at - seconds * 1000 }),
  };
}
