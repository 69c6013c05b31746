/** Reads the path attributes of an UPDATE, with RFC 7606 verdicts. */
import { isSet, mergeAsPaths } from "./as-path.ts";
import {
  AttributeFlag,
  type AttributeRow,
  type AttributeRule,
  KEPT_FLAGS,
  type MutableAttributes,
} from "./attribute-row.ts";
import { attributeName, ATTRIBUTES, AttributeType, isMultiprotocol, OPAQUE } from "./attributes.ts";
import { asMalformed, ErrorCode, notificationError, UpdateSubcode } from "./error.ts";
import { readMpReach, readMpUnreach } from "./mp.ts";
import type { Reader } from "./reader.ts";
import {
  AS_TRANS,
  type CodecContext,
  type MessageError,
  type MpReach,
  type MpUnreach,
  type PathAttributes,
  SegmentType,
  type UnknownAttribute,
} from "./types.ts";

const ROWS: ReadonlyMap<number, AttributeRow> = new Map(ATTRIBUTES.map((row) => [row.code, row]));
const OPAQUE_RULES: ReadonlyMap<number, AttributeRule> = new Map(OPAQUE.map((rule) => [rule.code, rule]));

const KIND_BITS = AttributeFlag.Optional | AttributeFlag.Transitive;

/** What the attributes of one UPDATE came to. `reachable`: MP_REACH_NLRI announces something. */
export interface AttributeList {
  readonly attributes: PathAttributes;
  readonly errors: readonly MessageError[];
  /** What speaks against the routes of this UPDATE: errors where it announces any, without meaning otherwise. */
  readonly routeErrors: readonly MessageError[];
  readonly reachable: boolean;
  readonly mpReach?: MpReach;
  readonly mpUnreach?: MpUnreach;
}

type Severity = MessageError["verdict"];

/** An error of one attribute, its name before the text. */
export function attributeError(
  verdict: Severity,
  type: number,
  subcode: UpdateSubcode,
  text: string,
  data?: Uint8Array,
): MessageError {
  const notification = notificationError(ErrorCode.UpdateMessage, subcode, data);
  return { verdict, text: `${attributeName(type)}: ${text}`, attribute: type, notification };
}

/** An AS_PATH that no route may be taken from, though it is well-formed. */
function pathError(text: string): MessageError {
  return attributeError("treat-as-withdraw", AttributeType.AsPath, UpdateSubcode.MalformedAsPath, text);
}

/** State of one walk over the list. */
class Walk {
  readonly context: CodecContext;
  readonly attributes: MutableAttributes = {};
  readonly unknown: UnknownAttribute[] = [];
  readonly errors: MessageError[] = [];
  readonly seen = new Set<number>();
  mpReach: MpReach | undefined;
  mpUnreach: MpUnreach | undefined;
  reachable = false;

  constructor(context: CodecContext) {
    this.context = context;
  }

  fault(verdict: Severity, type: number, subcode: UpdateSubcode, text: string, data?: Uint8Array): void {
    this.errors.push(attributeError(verdict, type, subcode, text, data));
  }

  /** Reads one attribute; false when the list cannot be followed any further (RFC 7606 §4). */
  next(reader: Reader): boolean {
    const whole = reader.fork();
    const extended = reader.left > 0 && (reader.fork().u8("flags") & AttributeFlag.ExtendedLength) !== 0;
    const head = extended ? 4 : 3;
    if (reader.left < head) {
      const text = `${reader.left} bytes are left of the attributes, an attribute needs ${head}`;
      const notification = notificationError(ErrorCode.UpdateMessage, UpdateSubcode.MalformedAttributeList);
      this.errors.push({ verdict: "treat-as-withdraw", text, notification });
      return false;
    }
    const flags = reader.u8("flags");
    const type = reader.u8("type");
    const length = extended ? reader.u16("length") : reader.u8("length");
    if (length > reader.left) {
      const verdict = isMultiprotocol(type) ? "session-reset" : "treat-as-withdraw";
      const text = `length ${length} overruns the attributes, ${reader.left} bytes are left`;
      this.fault(verdict, type, UpdateSubcode.MalformedAttributeList, text);
      return false;
    }
    const value = reader.sub(length, "attribute");
    this.#one(flags, type, value, () => whole.bytes(head + length, "attribute"));
    return true;
  }

  #one(flags: number, type: number, value: Reader, whole: () => Uint8Array): void {
    const twice = this.seen.has(type);
    this.seen.add(type);
    if (isMultiprotocol(type)) {
      this.#multiprotocol(flags, type, value, whole, twice);
      return;
    }
    const row = ROWS.get(type);
    const rule = row ?? OPAQUE_RULES.get(type);
    if (rule === undefined && (flags & AttributeFlag.Optional) === 0) {
      this.fault("session-reset", type, UpdateSubcode.UnrecognizedWellKnown, "well-known, but not known", whole());
    } else if (twice) {
      this.fault("attribute-discard", type, UpdateSubcode.MalformedAttributeList, "stands twice, the first counts");
    } else if (rule === undefined || this.#passes(rule, flags, value.left, whole)) {
      if (row === undefined) this.#keep(flags, type, value);
      else this.#decode(row, value, whole);
    }
  }

  /** Whether the value is to be read; what speaks against it is noted. */
  #passes(rule: AttributeRule, flags: number, length: number, whole: () => Uint8Array): boolean {
    const { code, verdict, right } = rule;
    if (rule.internal && this.context.ebgp) {
      this.fault("attribute-discard", code, UpdateSubcode.OptionalAttribute, "from an external peer", whole());
    } else if (rule.twoByteOnly && this.context.as4) {
      const text = "on a session with four-byte AS numbers";
      this.fault("attribute-discard", code, UpdateSubcode.OptionalAttribute, text, whole());
    } else if ((flags & KIND_BITS) !== rule.flags) {
      this.#flags(code, flags, rule.flags, whole);
    } else if (!rule.fits(length, this.context)) {
      this.fault(verdict, code, UpdateSubcode.AttributeLength, `length ${length}: must be ${right}`, whole());
    } else {
      return true;
    }
    return false;
  }

  #flags(code: number, flags: number, right: number, whole: () => Uint8Array): void {
    const text = `flags 0x${flags.toString(16)}: the optional and transitive bits must be 0x${right.toString(16)}`;
    this.fault("treat-as-withdraw", code, UpdateSubcode.AttributeFlags, text, whole());
  }

  #keep(flags: number, type: number, value: Reader): void {
    this.unknown.push({ flags: flags & KEPT_FLAGS, type, value: value.bytes(value.left, "attribute") });
  }

  #decode(row: AttributeRow, value: Reader, whole: () => Uint8Array): void {
    try {
      row.decode(value, this.context, this.attributes);
    } catch (error) {
      const { subcode, message } = asMalformed(error);
      const isPath = row.code === AttributeType.AsPath;
      const usual = isPath ? UpdateSubcode.MalformedAsPath : UpdateSubcode.OptionalAttribute;
      this.fault(row.verdict, row.code, subcode ?? usual, message, isPath ? undefined : whole());
    }
  }

  #multiprotocol(flags: number, type: number, value: Reader, whole: () => Uint8Array, twice: boolean): void {
    if (twice) {
      this.fault("session-reset", type, UpdateSubcode.MalformedAttributeList, "stands twice");
      return;
    }
    if ((flags & KIND_BITS) !== AttributeFlag.Optional) this.#flags(type, flags, AttributeFlag.Optional, whole);
    try {
      if (type === AttributeType.MpReachNlri) {
        const { mpReach, reachable } = readMpReach(value, this.context);
        this.mpReach = mpReach;
        this.reachable = reachable;
      } else {
        this.mpUnreach = readMpUnreach(value, this.context);
      }
    } catch (error) {
      this.fault("session-reset", type, UpdateSubcode.OptionalAttribute, asMalformed(error).message, whole());
    }
  }

  /** What needs all attributes together: AS sets (RFC 9774), the four-byte path (RFC 6793), the first AS. */
  finish(): MessageError[] {
    const { attributes, context } = this;
    const { asPath, as4Path, aggregator, as4Aggregator } = attributes;
    delete attributes.as4Path;
    delete attributes.as4Aggregator;
    if (this.unknown.length > 0) attributes.unknown = this.unknown;
    const errors: MessageError[] = [];
    if (context.rejectAsSets !== false && [...(asPath ?? []), ...(as4Path ?? [])].some(isSet)) {
      errors.push(pathError("holds an AS set"));
    }
    // An AGGREGATOR changed by a two-byte speaker on the way makes both companions stale (RFC 6793 §4.2.3).
    const stale = as4Aggregator !== undefined && aggregator !== undefined && aggregator.asn !== AS_TRANS;
    if (!stale) {
      if (as4Aggregator !== undefined && aggregator !== undefined) attributes.aggregator = as4Aggregator;
      if (as4Path !== undefined && asPath !== undefined) attributes.asPath = mergeAsPaths(asPath, as4Path);
    }
    return [...errors, ...this.#checkFirstAs()];
  }

  #checkFirstAs(): MessageError[] {
    const { firstAs, ebgp } = this.context;
    const { asPath } = this.attributes;
    if (firstAs === undefined || !ebgp || asPath === undefined) return [];
    const first = asPath[0];
    if (first?.type === SegmentType.Sequence && first.asns[0] === firstAs) return [];
    const found = first === undefined ? "is empty" : `begins with AS ${first.asns[0] ?? 0}`;
    return [pathError(`${found}, must begin with a sequence from AS ${firstAs}, the peer's`)];
  }
}

/** Reads all attributes; what is wrong with them stands in `errors`, in the order found. */
export function readAttributes(reader: Reader, context: CodecContext): AttributeList {
  const walk = new Walk(context);
  while (reader.left > 0 && walk.next(reader));
  const routeErrors = walk.finish();
  const { attributes, errors, reachable, mpReach, mpUnreach } = walk;
  return {
    attributes,
    errors,
    routeErrors,
    reachable,
    ...(mpReach === undefined ? {} : { mpReach }),
    ...(mpUnreach === undefined ? {} : { mpUnreach }),
  };
}
