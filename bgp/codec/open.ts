/**
 * OPEN (RFC 4271 §4.2): version (1), my AS (2), hold time (2), BGP identifier (4), parameters length (1), parameters.
 * A parameter: type (1), length (1), value. Extended form (RFC 9072 §2): 255, 255, length (2), then parameters with
 * lengths of two bytes.
 *
 * Decoding checks structure and version. What needs the configuration (peer AS, hold time, identifier, capabilities
 * required) is for whoever knows it: the values stand in the message as they came.
 */
import { readCapabilities, writeCapability } from "./capabilities.ts";
import { asMalformed, ErrorCode, Malformed, notificationError, OpenSubcode, resetError } from "./error.ts";
import type { Reader } from "./reader.ts";
import { type Capability, type MessageError, MessageType, type OpenMessage } from "./types.ts";
import { Writer } from "./writer.ts";

const VERSION = 4;
const CAPABILITIES = 2;
const EXTENDED = 255;

function openError(subcode: number, text: string, data?: Uint8Array): MessageError {
  return resetError(text, notificationError(ErrorCode.OpenMessage, subcode, data));
}

/** The parameters' region and the width of a parameter's length: one byte, or two in the extended form. */
function parameters(reader: Reader): { readonly region: Reader; readonly wide: boolean } {
  const length = reader.u8("optional parameters length");
  const peek = reader.fork();
  // Whether the form is extended is said by the first type alone, also where the short length would do (RFC 9072 §2).
  const wide = length > 0 && peek.left > 0 && peek.u8("parameter type") === EXTENDED;
  if (wide) reader.u8("extended parameters type");
  const total = wide ? reader.u16("extended parameters length") : length;
  const region = reader.sub(total, "optional parameters");
  if (reader.left > 0) throw new Malformed(`${reader.left} bytes follow the optional parameters`);
  return { region, wide };
}

/** The message, or the error to reset the session with: 2/1 (data: 4), 2/4, and 2/0 for lengths that do not fit. */
export function decodeOpen(reader: Reader): OpenMessage | MessageError {
  try {
    const version = reader.u8("version");
    if (version !== VERSION) {
      const supported = Uint8Array.of(0, VERSION);
      return openError(OpenSubcode.UnsupportedVersion, `OPEN version ${version}, must be ${VERSION}`, supported);
    }
    const asn16 = reader.u16("my AS");
    const holdTime = reader.u16("hold time");
    const bgpId = reader.u32("BGP identifier");
    const capabilities: Capability[] = [];
    const { region, wide } = parameters(reader);
    while (region.left > 0) {
      const type = region.u8("parameter type");
      const length = wide ? region.u16("parameter length") : region.u8("parameter length");
      const value = region.sub(length, `parameter ${type}`);
      if (type !== CAPABILITIES) {
        return openError(OpenSubcode.UnsupportedOptionalParameter, `OPEN parameter ${type} is not supported`);
      }
      capabilities.push(...readCapabilities(value));
    }
    return { type: MessageType.Open, version, asn16, holdTime, bgpId, capabilities };
  } catch (error) {
    return openError(OpenSubcode.Unspecific, `OPEN: ${asMalformed(error).message}`);
  }
}

/** All capabilities go into one parameter, in the extended form only where the short one cannot hold them. */
export function writeOpen(writer: Writer, open: OpenMessage): void {
  writer.u8(open.version, "version");
  writer.u16(open.asn16, "asn16");
  writer.u16(open.holdTime, "holdTime");
  writer.u32(open.bgpId, "bgpId");
  const capabilities = new Writer();
  for (const capability of open.capabilities) writeCapability(capabilities, capability);
  const bytes = capabilities.finish();
  if (bytes.length === 0) {
    writer.u8(0, "capabilities");
  } else if (bytes.length <= 253) {
    writer.u8(bytes.length + 2, "capabilities");
    writer.u8(CAPABILITIES, "capabilities");
    writer.u8(bytes.length, "capabilities");
  } else {
    writer.u8(EXTENDED, "capabilities");
    writer.u8(EXTENDED, "capabilities");
    writer.u16(bytes.length + 3, "capabilities");
    writer.u8(CAPABILITIES, "capabilities");
    writer.u16(bytes.length, "capabilities");
  }
  writer.bytes(bytes);
}
