/** Writes the path attributes of an UPDATE. */
import { as4PathFor } from "./as-path.ts";
import { KEPT_FLAGS, type WireAttributes } from "./attribute-row.ts";
import { attributeName, ATTRIBUTES, isMultiprotocol } from "./attributes.ts";
import { CodecError } from "./error.ts";
import type { CodecContext, PathAttributes, UnknownAttribute } from "./types.ts";
import type { Writer } from "./writer.ts";

/** The attributes as a session writes them: with AS4_PATH and AS4_AGGREGATOR where a two-byte peer needs them. */
function onWire(attributes: PathAttributes, { as4 }: CodecContext): WireAttributes {
  if (as4) return attributes;
  const { asPath, aggregator } = attributes;
  const as4Path = asPath === undefined ? undefined : as4PathFor(asPath);
  return {
    ...attributes,
    ...(as4Path === undefined ? {} : { as4Path }),
    ...(aggregator !== undefined && aggregator.asn > 0xffff ? { as4Aggregator: aggregator } : {}),
  };
}

function writeUnknown(writer: Writer, { flags, type, value }: UnknownAttribute): void {
  const field = `unknown attribute ${type}`;
  if (ATTRIBUTES.some(({ code }) => code === type) || isMultiprotocol(type))
    throw new CodecError(field, `${attributeName(type)} has a field of its own`);
  writer.attribute(flags & KEPT_FLAGS, type, field, () => {
    writer.bytes(value);
  });
}

/** Writes all attributes but MP_REACH_NLRI and MP_UNREACH_NLRI in ascending order of their types (RFC 4271 §5). */
export function writeAttributes(writer: Writer, attributes: PathAttributes, context: CodecContext): void {
  const wire = onWire(attributes, context);
  const unknown = (attributes.unknown ?? []).toSorted((a, b) => a.type - b.type);
  let at = 0;
  const unknownBelow = (code: number): void => {
    for (let next = unknown[at]; next !== undefined && next.type < code; next = unknown[at]) {
      writeUnknown(writer, next);
      at += 1;
    }
  };
  for (const row of ATTRIBUTES) {
    const encode = row.encoder(wire, context);
    if (encode === undefined) continue;
    unknownBelow(row.code);
    writer.attribute(row.flags, row.code, row.name, () => {
      encode(writer);
    });
  }
  unknownBelow(Infinity);
}
