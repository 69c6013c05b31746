/** Messages made wrong: in single bytes, and in the order, number and size of their parts. */
import {
  attribute,
  concat,
  framed,
  joinOpen,
  joinUpdate,
  put16,
  splitOpen,
  splitUpdate,
  typeOf,
  valueOf,
} from "./parts.ts";
import type { UpdateParts } from "./parts.ts";
import type { Random } from "./random.ts";

const BYTES = [0x00, 0x01, 0x02, 0x03, 0x04, 0x10, 0x20, 0x21, 0x40, 0x7f, 0x80, 0x81, 0xc0, 0xfe, 0xff];
const LENGTHS = [0, 1, 2, 3, 18, 19, 22, 23, 255, 256, 4077, 4095, 4096, 4097, 0x7fff, 0x8000, 0xfffe, 0xffff];
const TYPES = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14, 15, 16, 17, 18, 25, 32, 35, 99];
const FLAGS = [0x00, 0x40, 0x50, 0x80, 0x90, 0xc0, 0xd0, 0xe0, 0xff];

const HEADER = 19;

type Mutation = (bytes: Uint8Array, random: Random, others: readonly Uint8Array[]) => Uint8Array;

/** A place behind the header, or now and then anywhere. */
function place(bytes: Uint8Array, random: Random): number {
  if (bytes.length <= HEADER || random.once(40)) return random.below(bytes.length);
  return HEADER + random.below(bytes.length - HEADER);
}

function flipBit(bytes: Uint8Array, random: Random): Uint8Array {
  const at = place(bytes, random);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
  return bytes;
}

function setByte(bytes: Uint8Array, random: Random): Uint8Array {
  bytes[place(bytes, random)] = random.once(2) ? random.pick(BYTES) : random.below(256);
  return bytes;
}

/** Two bytes as a length: a little off, or at a limit. */
function editLength(bytes: Uint8Array, random: Random): Uint8Array {
  const at = Math.min(place(bytes, random), bytes.length - 2);
  const now = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  put16(bytes, at, random.once(2) ? random.pick(LENGTHS) : (now + random.below(9) - 4) & 0xffff);
  return bytes;
}

function cut(bytes: Uint8Array, random: Random): Uint8Array {
  return framed(bytes.slice(0, Math.max(HEADER, place(bytes, random))));
}

function remove(bytes: Uint8Array, random: Random): Uint8Array {
  const at = Math.max(HEADER, place(bytes, random));
  return framed(concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(8))]));
}

function insert(bytes: Uint8Array, random: Random): Uint8Array {
  const at = Math.max(HEADER, place(bytes, random));
  const more = Uint8Array.from({ length: 1 + random.below(8) }, () => random.pick(BYTES));
  return framed(concat([bytes.subarray(0, at), more, bytes.subarray(at)]));
}

/** The beginning of one message and the end of another. */
function splice(bytes: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array {
  const other = random.pick(others);
  const head = bytes.subarray(0, Math.max(HEADER, place(bytes, random)));
  return framed(concat([head, other.subarray(Math.max(HEADER, place(other, random)))]));
}

/** A header whose length is not the message's: the framing's business. */
function wrongFrame(bytes: Uint8Array, random: Random): Uint8Array {
  put16(bytes, 16, random.pick(LENGTHS));
  return bytes;
}

function changeType(bytes: Uint8Array, random: Random): Uint8Array {
  bytes[HEADER - 1] = random.below(7);
  return bytes;
}

function changeAttribute(piece: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array {
  const [flags = 0, type = 0] = piece;
  const value = valueOf(piece);
  switch (random.below(6)) {
    case 0:
      return attribute(random.pick(FLAGS), type, value, random.once(4));
    case 1:
      return attribute(flags, random.pick(TYPES), value, random.once(4));
    case 2:
      return attribute(flags, type, value.subarray(0, random.below(value.length + 1)), random.once(4));
    case 3:
      return attribute(flags, type, concat([value, value.subarray(random.below(value.length + 1))]), random.once(4));
    case 4:
      return attribute(flags, type, value, true);
    default: {
      const parts = splitUpdate(random.pick(others));
      return parts?.attributes.length ? random.pick(parts.attributes) : piece;
    }
  }
}

/** Attributes doubled, moved, dropped, lent from another message; NLRI lent. */
function reshape(parts: UpdateParts, random: Random, others: readonly Uint8Array[]): UpdateParts {
  const { withdrawn, nlri } = parts;
  const attributes = [...parts.attributes];
  const at = random.below(attributes.length + 1);
  const piece = attributes[random.below(Math.max(1, attributes.length))];
  switch (random.below(6)) {
    case 0:
      if (piece !== undefined) attributes.splice(at, 0, piece);
      break;
    case 1:
      attributes.splice(at, 1);
      break;
    case 2:
      attributes.splice(at, 0, ...attributes.splice(random.below(attributes.length + 1), 2));
      break;
    case 3:
      return { withdrawn: nlri, attributes, nlri: withdrawn };
    case 4: {
      const other = splitUpdate(random.pick(others));
      return { withdrawn: other?.withdrawn ?? withdrawn, attributes, nlri: other?.nlri ?? nlri };
    }
    default:
      if (piece !== undefined) attributes[attributes.indexOf(piece)] = changeAttribute(piece, random, others);
  }
  return { withdrawn, attributes, nlri };
}

/** One part so often that the message is full. */
function fill(parts: UpdateParts, random: Random): UpdateParts {
  const room = random.once(4) ? 65_000 : 4_000;
  const many = (piece: Uint8Array): Uint8Array[] =>
    piece.length === 0 ? [] : Array.from({ length: Math.floor(room / piece.length) }, () => piece);
  const { withdrawn, attributes, nlri } = parts;
  const piece = attributes.length === 0 ? new Uint8Array(0) : random.pick(attributes);
  switch (random.below(4)) {
    case 0:
      return { withdrawn, attributes: [...attributes, ...many(piece)], nlri };
    case 1:
      return { withdrawn, attributes, nlri: concat(many(nlri)) };
    case 2:
      return { withdrawn: concat(many(withdrawn)), attributes, nlri };
    default: {
      const [flags = 0, type = 0] = piece;
      const grown = attribute(flags, type, concat(many(valueOf(piece))), true);
      return { withdrawn, attributes: attributes.map((old) => (old === piece ? grown : old)), nlri };
    }
  }
}

function changeParts(bytes: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array {
  const update = splitUpdate(bytes);
  if (update !== undefined) {
    // Full messages cost a hundred times as much as others.
    return joinUpdate(bytes, random.once(300) ? fill(update, random) : reshape(update, random, others));
  }
  const capabilities = splitOpen(bytes);
  if (capabilities === undefined) return typeOf(bytes) === 4 ? changeType(bytes, random) : flipBit(bytes, random);
  const other = splitOpen(random.pick(others));
  if (random.once(2)) capabilities.splice(random.below(capabilities.length + 1), random.below(3));
  if (other !== undefined) capabilities.push(...other);
  if (random.once(20)) capabilities.push(...capabilities, ...capabilities, ...capabilities);
  return joinOpen(bytes, capabilities, random.once(3), random.once(2));
}

/** By how often they are wanted. */
const MUTATIONS: readonly Mutation[] = [
  wrongFrame,
  changeType,
  editLength,
  cut,
  remove,
  insert,
  splice,
  flipBit,
  flipBit,
  setByte,
  setByte,
  ...Array.from({ length: 16 }, () => changeParts),
];

/** A copy of `seed`, changed once to four times; never shorter than a header. */
export function mutate(seed: Uint8Array, random: Random, others: readonly Uint8Array[]): Uint8Array {
  let bytes: Uint8Array = seed.slice();
  for (let times = 1 + random.below(random.pick([1, 1, 4])); times > 0; times--)
    bytes = random.pick(MUTATIONS)(bytes, random, others);
  return bytes;
}
