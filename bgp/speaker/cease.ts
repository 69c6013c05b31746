/** What peers are told at the end of a session (RFC 4486, RFC 9003, RFC 8538). */
import {
  CeaseSubcode,
  ErrorCode,
  encodeHardReset,
  encodeMaximumPrefixes,
  encodeMessage,
  encodeShutdownCommunication,
  MessageType,
} from "bgp-ts-codec";
import type { Afi } from "bgp-ts-codec";
import type { Cease } from "../fsm/index.ts";
import type { Clock, Connection } from "../ports.ts";
import { Link } from "../session/link.ts";
import { INITIAL_CONTEXT } from "../session/negotiate.ts";
import type { Negotiated } from "../session/types.ts";
import type { CloseOptions } from "./types.ts";

const EMPTY = new Uint8Array(0);

/** Ends the routes too: where both sides keep them over NOTIFICATIONs, only a Hard Reset does (RFC 8538 §3). */
function hard(negotiated: Negotiated | undefined, subcode: number, data: Uint8Array): Cease {
  if (negotiated?.gracefulNotification !== true) return { subcode, data };
  return { subcode: CeaseSubcode.HardReset, data: encodeHardReset({ code: ErrorCode.Cease, subcode, data }) };
}

function textData(text: string | undefined): Uint8Array {
  return text === undefined ? EMPTY : encodeShutdownCommunication(text);
}

/** Undefined: close without a word, which is what keeps the routes where only RFC 4724 was agreed on. */
export function closing({ mode, text }: CloseOptions, negotiated: Negotiated | undefined): Cease | undefined {
  if (mode === "withdraw") return hard(negotiated, CeaseSubcode.AdministrativeShutdown, textData(text));
  if (negotiated?.gracefulNotification !== true) return undefined;
  return { subcode: CeaseSubcode.AdministrativeReset, data: textData(text) };
}

export function deconfigured(negotiated: Negotiated | undefined): Cease {
  return hard(negotiated, CeaseSubcode.PeerDeconfigured, EMPTY);
}

/** The session begins anew at once: the routes are to stay with a peer that keeps them, as in `closing`. */
export function reconfigured(negotiated: Negotiated | undefined): Cease | undefined {
  if (negotiated?.gracefulRestart === true && !negotiated.gracefulNotification) return undefined;
  return { subcode: CeaseSubcode.OtherConfigurationChange, data: EMPTY };
}

/** The path is dead, so are routes over it: a Hard Reset where the peer would keep them (RFC 9384 §3). */
export function pathDown(negotiated: Negotiated | undefined): Cease {
  return hard(negotiated, CeaseSubcode.BfdDown, EMPTY);
}

export function tooManyPrefixes(negotiated: Negotiated | undefined, afi: Afi, limit: number): Cease {
  return hard(negotiated, CeaseSubcode.MaximumPrefixes, encodeMaximumPrefixes(afi, limit));
}

/** Turns a stranger's connection away with Cease/5; answers when it is over. */
export function refuse(connection: Connection, clock: Clock): Promise<void> {
  const notification = { code: ErrorCode.Cease, subcode: CeaseSubcode.ConnectionRejected, data: EMPTY };
  return drop(connection, clock, encodeMessage({ type: MessageType.Notification, ...notification }, INITIAL_CONTEXT));
}

/**
 * Closes a connection of a peer that is not taken now. Without a word: a Cease/5 would have the peer stay away as a
 * penalty, and two speakers that each hold the other off never meet (RFC 4486 §4).
 */
export function drop(connection: Connection, clock: Clock, last: Uint8Array = EMPTY): Promise<void> {
  const nothing = { data: () => undefined, drain: () => undefined, close: () => undefined };
  const link = new Link(connection, clock, nothing);
  if (last.length > 0) connection.write(last);
  link.finish();
  return link.closed;
}
