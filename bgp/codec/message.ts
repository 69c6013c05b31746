/** Whole messages: bytes to values and back. */
import { CodecError, ErrorCode, HeaderSubcode, notificationError, resetError } from "./error.ts";
import { HEADER_LENGTH, LENGTH_OFFSET, MAX_MESSAGE, maxMessageLength, readHeader, writeHeader } from "./header.ts";
import { readNotification, writeNotification } from "./notification.ts";
import { decodeOpen, writeOpen } from "./open.ts";
import { Reader } from "./reader.ts";
import { decodeRouteRefresh, writeRouteRefresh } from "./refresh.ts";
import {
  type CodecContext,
  type Decoded,
  type Message,
  type MessageError,
  MessageType,
  type UpdateMessage,
  type Verdict,
} from "./types.ts";
import { decodeUpdate, writeUpdate } from "./update.ts";
import { Writer } from "./writer.ts";

const SEVERITY: Readonly<Record<Verdict, number>> = {
  ok: 0,
  "attribute-discard": 1,
  "treat-as-withdraw": 2,
  "session-reset": 3,
};

function ok(message: Message): Decoded {
  return { message, verdict: "ok", errors: [], notification: null };
}

function reset(error: MessageError, silent = false): Decoded {
  return { message: null, verdict: "session-reset", errors: [error], notification: silent ? null : error.notification };
}

function orReset(result: Message | MessageError): Decoded {
  return "verdict" in result ? reset(result) : ok(result);
}

/** The most severe of the errors decides. */
function judged(update: UpdateMessage, errors: readonly MessageError[]): Decoded {
  let worst: MessageError | undefined;
  for (const error of errors) {
    if (worst === undefined || SEVERITY[error.verdict] > SEVERITY[worst.verdict]) worst = error;
  }
  if (worst === undefined) return ok(update);
  const isReset = worst.verdict === "session-reset";
  return {
    message: isReset ? null : update,
    verdict: worst.verdict,
    errors,
    notification: isReset ? worst.notification : null,
  };
}

/**
 * Decodes one whole message, header included. Never throws: whatever is wrong is an error value with its RFC 7606
 * consequence. Bytes that are more or less than the message's length are a bad length (1/2).
 */
export function decodeMessage(bytes: Uint8Array, context: CodecContext): Decoded {
  const header = readHeader(bytes, 0, context);
  if (header.status === "error") return reset(header.error, header.silent);
  if (header.status === "incomplete" || header.length !== bytes.length) {
    const length = header.status === "ok" ? header.length : bytes.length;
    const text = `message of ${bytes.length} bytes, its header says ${header.status === "ok" ? length : "nothing yet"}`;
    const data = Uint8Array.of(length >>> 8, length & 0xff);
    const silent = header.status === "ok" && header.type === MessageType.Notification;
    return reset(resetError(text, notificationError(ErrorCode.MessageHeader, HeaderSubcode.BadLength, data)), silent);
  }
  const reader = new Reader(bytes, HEADER_LENGTH);
  switch (header.type) {
    case MessageType.Open:
      return orReset(decodeOpen(reader));
    case MessageType.Update: {
      const result = decodeUpdate(reader, context);
      return "verdict" in result ? reset(result) : judged(result.update, result.errors);
    }
    case MessageType.Notification:
      return ok(readNotification(reader));
    case MessageType.Keepalive:
      return ok({ type: MessageType.Keepalive });
    case MessageType.RouteRefresh:
      return orReset(decodeRouteRefresh(reader, bytes));
  }
}

function writeBody(writer: Writer, message: Message, context: CodecContext): void {
  switch (message.type) {
    case MessageType.Open:
      writeOpen(writer, message);
      break;
    case MessageType.Update:
      writeUpdate(writer, message, context);
      break;
    case MessageType.Notification:
      writeNotification(writer, message);
      break;
    case MessageType.Keepalive:
      break;
    case MessageType.RouteRefresh:
      writeRouteRefresh(writer, message);
      break;
  }
}

/** Encodes one whole message. Throws `CodecError`, naming the field, for a value that the wire cannot hold. */
export function encodeMessage(message: Message, context: CodecContext): Uint8Array {
  const writer = new Writer();
  writeHeader(writer, message.type);
  writeBody(writer, message, context);
  const max = message.type === MessageType.Open ? MAX_MESSAGE : maxMessageLength(context);
  if (writer.length > max) throw new CodecError("message", `${writer.length} bytes long, at most ${max} are allowed`);
  writer.patch16(LENGTH_OFFSET, writer.length);
  return writer.finish();
}
