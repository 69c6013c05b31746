import { encodeMessage, MessageType } from "bgp-ts-codec";
import type { Message } from "bgp-ts-codec";
import { array, assert, integer, property } from "fast-check";
import t from "tap";
import { Framer } from "../../../bgp/session/framer.ts";
import { CONTEXT, OPEN } from "../../support/scripted-peer.ts";

const MESSAGES: readonly Message[] = [
  OPEN,
  { type: MessageType.Keepalive },
  { type: MessageType.Update, withdrawn: [], attributes: {}, nlri: [] },
  { type: MessageType.RouteRefresh, afi: 1, subtype: 0, safi: 1 },
  { type: MessageType.Notification, code: 6, subcode: 2, data: Uint8Array.of(1, 2, 3) },
];
const ENCODED = MESSAGES.map((message) => encodeMessage(message, CONTEXT));
const STREAM = Uint8Array.from(ENCODED.flatMap((bytes) => [...bytes]));

function read(framer: Framer, chunks: readonly Uint8Array[]): (Uint8Array | string)[] {
  const found: (Uint8Array | string)[] = [];
  for (const chunk of chunks) {
    for (const frame of framer.read(chunk)) {
      found.push(frame.status === "message" ? frame.bytes.slice() : frame.error.text);
    }
  }
  return found;
}

const framer = (): Framer => new Framer({ extendedMessages: false });

t.test("messages are found wherever one cut divides the stream", (t) => {
  for (let cut = 0; cut <= STREAM.length; cut++) {
    const found = read(framer(), [STREAM.subarray(0, cut), STREAM.subarray(cut)]);
    if (found.length !== ENCODED.length || found.some((bytes, i) => String(bytes) !== String(ENCODED[i]))) {
      t.same(found, ENCODED, `cut at ${cut}`);
    }
  }
  t.pass(`${STREAM.length + 1} cuts`);
  t.end();
});

t.test("messages are found in chunks of any size", (t) => {
  assert(
    property(array(integer({ min: 1, max: 60 }), { minLength: 1 }), (sizes) => {
      const chunks: Uint8Array[] = [];
      for (let at = 0, i = 0; at < STREAM.length; i++) {
        const size = sizes[i % sizes.length] ?? 1;
        chunks.push(STREAM.slice(at, at + size));
        at += size;
      }
      const found = read(framer(), chunks);
      return found.length === ENCODED.length && found.every((bytes, i) => String(bytes) === String(ENCODED[i]));
    }),
    { numRuns: 200 },
  );
  t.end();
});

t.test("a message that lies whole in a chunk is not copied", (t) => {
  const [frame] = framer().read(STREAM);
  t.equal(frame?.status === "message" && frame.bytes.buffer, STREAM.buffer);
  t.end();
});

t.test("a message put together from chunks is its own", (t) => {
  const one = framer();
  const [first = new Uint8Array(0), second = new Uint8Array(0)] = ENCODED;
  const both = Uint8Array.from([...first, ...second]);
  const frames = [];
  for (const byte of both) for (const frame of one.read(Uint8Array.of(byte))) frames.push(frame);
  t.same(
    frames.map((frame) => frame.status === "message" && frame.bytes),
    [first, second],
  );
  t.end();
});

t.test("a wrong marker is noticed at its first byte, in a chunk and over two", (t) => {
  t.match(read(framer(), [Uint8Array.of(0xfe)]), [/marker: byte 1/]);
  t.match(read(framer(), [Uint8Array.of(0xff, 0xff), Uint8Array.of(0xff, 0)]), [/marker: byte 4/]);
  t.end();
});

t.test("a length above the limit ends the stream, unless extended messages were offered", (t) => {
  const header = [...new Uint8Array(16).fill(0xff), 0x20, 0x00, 2];
  t.match(read(framer(), [Uint8Array.from(header)]), [/length 8192/]);
  t.same(read(new Framer({ extendedMessages: true }), [Uint8Array.from(header)]), []);
  t.end();
});
