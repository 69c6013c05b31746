/** What must hold of the answer to any bytes; the first thing that does not, in words. */
import { isDeepStrictEqual } from "node:util";
import {
  CodecError,
  ErrorCode,
  HeaderSubcode,
  MessageType,
  Verdict,
  decodeMessage,
  encodeMessage,
  readHeader,
} from "bgp-ts-codec";
import type { CodecContext, Decoded, Message, NotificationError, UpdateMessage } from "bgp-ts-codec";

const VERDICTS: ReadonlySet<string> = new Set(Object.values(Verdict));
const MAX_DATA = 4096 - 21;

function isUnsynchronized({ code, subcode }: NotificationError): boolean {
  return code === ErrorCode.MessageHeader && subcode === HeaderSubcode.NotSynchronized;
}

/** What is wrong with how the parts of an answer fit together. */
function inconsistent({ message, verdict, errors, notification }: Decoded, type: number): string | undefined {
  if (!VERDICTS.has(verdict)) return `verdict ${verdict} is not one`;
  if ((verdict === "ok") !== (errors.length === 0)) return `verdict ${verdict} with ${errors.length} errors`;
  if ((verdict === "session-reset") !== (message === null)) return `verdict ${verdict}, message ${message?.type}`;
  if (verdict !== "ok" && !errors.some((error) => error.verdict === verdict)) return `no error is ${verdict}`;
  if (notification !== null && message !== null) return "a NOTIFICATION for a message that can be survived";
  // Behind a wrong marker nothing says of which type the message is.
  const silent = type === MessageType.Notification && !errors.some((error) => isUnsynchronized(error.notification));
  if (message === null && (notification === null) !== silent) {
    return "a reset says what to send, unless a NOTIFICATION is at fault";
  }
  for (const { text, notification: told } of errors) {
    if (text === "" || text.includes("undefined") || text.includes("NaN")) return `error text "${text}"`;
    if (told.code < 1 || told.code > 8) return `NOTIFICATION code ${told.code}`;
    if (told.data.length > MAX_DATA) return `NOTIFICATION data of ${told.data.length} bytes`;
  }
  if (notification !== null && !errors.some((error) => isDeepStrictEqual(error.notification, notification))) {
    return "the NOTIFICATION is none of the errors'";
  }
  const announces = message?.type === MessageType.Update && (message.nlri.length > 0 || message.mpReach !== undefined);
  return verdict === "treat-as-withdraw" && announces ? "treat-as-withdraw that announces" : undefined;
}

/** Attributes that are not interpreted are written in the order of their types: so is what is compared. */
function ordered(message: Message): Message {
  if (message.type !== MessageType.Update || message.attributes.unknown === undefined) return message;
  const unknown = message.attributes.unknown.toSorted((a, b) => a.type - b.type);
  return { ...message, attributes: { ...message.attributes, unknown } };
}

function foreign(family: { readonly afi: number; readonly safi: number } | undefined): boolean {
  return family !== undefined && (family.safi !== 1 || (family.afi !== 1 && family.afi !== 2));
}

/** Confederation segments among others: a two-byte session cannot say where they stood (RFC 6793 §4.2.2). */
function mixedPath({ asPath = [] }: UpdateMessage["attributes"]): boolean {
  return asPath.some(({ type }) => type > 2) && asPath.some(({ asns }) => asns.some((asn) => asn > 0xffff));
}

/**
 * AS numbers above 65535: towards a two-byte peer they stand in AS4_PATH once more, in four bytes each, and that may be more
 * than fits. An AS_PATH that long is nothing that a router makes.
 */
function widened({ asPath = [] }: UpdateMessage["attributes"], context: CodecContext): boolean {
  return !context.as4 && asPath.some(({ asns }) => asns.some((asn) => asn > 0xffff));
}

/** A message that can be read and not be written. */
function unsendable(message: Message, context: CodecContext, field: string): boolean {
  switch (message.type) {
    case MessageType.Open:
      // Text that was not UTF-8 takes more bytes as what stands for it.
      return message.capabilities.some(({ kind }) => kind === "fqdn" || kind === "software-version");
    case MessageType.Update:
      // The routes of other families are counted, not kept.
      if (foreign(message.mpReach)) return true;
      return (field === "AS4_PATH" || field === "message") && widened(message.attributes, context);
    default:
      return false;
  }
}

function roundTrip(message: Message, context: CodecContext): string | undefined {
  let bytes: Uint8Array;
  try {
    bytes = encodeMessage(message, context);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return unsendable(message, context, error.field) ? undefined : `it cannot be sent on: ${error.message}`;
  }
  const again = decodeMessage(bytes, context);
  if (again.verdict !== "ok") return `sent on, it is ${again.verdict}: ${again.errors[0]?.text}`;
  if (isDeepStrictEqual(ordered(message), again.message)) return undefined;
  const mixed = message.type === MessageType.Update && !context.as4 && mixedPath(message.attributes);
  return mixed ? undefined : "sent on, it is another";
}

/** Undefined where all is well. Whatever the codec throws is a finding too: it is passed on. */
export function judge(bytes: Uint8Array, context: CodecContext): string | undefined {
  readHeader(bytes, 0, context);
  const decoded = decodeMessage(bytes, context);
  const type = bytes.length < 19 ? 0 : (bytes[18] ?? 0);
  const { message } = decoded;
  const wrong = inconsistent(decoded, type);
  if (wrong !== undefined || message === null) return wrong;
  // What is left after a discard or as a withdrawal is a message like any other.
  return roundTrip(message, context);
}
