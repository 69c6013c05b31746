/** Round trips of random values, and random bytes: whatever comes, there is an answer and no exception. */
import t from "tap";
import * as fc from "fast-check";
import { type CodecContext, type Decoded, decodeMessage, encodeMessage, readHeader, Verdict } from "bgp-ts-codec";
import { context, message } from "../../support/bgp-arbitraries.ts";
import { ADD_PATH, EXTERNAL, INTERNAL, message as wire, TWO_BYTE } from "../../support/wire.ts";

const SESSIONS: readonly CodecContext[] = [
  EXTERNAL,
  INTERNAL,
  TWO_BYTE,
  ADD_PATH,
  { ...EXTERNAL, extendedMessages: true, firstAs: 65001, rejectAsSets: false },
];

/** What holds of every answer. */
function sound(decoded: Decoded): boolean {
  const { message, verdict, errors, notification } = decoded;
  if (!Object.values(Verdict).includes(verdict)) return false;
  if ((verdict === "ok") !== (errors.length === 0)) return false;
  if ((verdict === "session-reset") !== (message === null)) return false;
  if (notification !== null && (message !== null || notification.data.length > 4075)) return false;
  return errors.every(({ text }) => text.length > 0);
}

t.test("every message survives the round trip", (t) => {
  const cases = context.chain((session) => message(session).map((value) => ({ session, value })));
  fc.assert(
    fc.property(cases, ({ session, value }) => {
      t.same(decodeMessage(encodeMessage(value, session), session), {
        message: value,
        verdict: "ok",
        errors: [],
        notification: null,
      });
    }),
    { numRuns: 500 },
  );
  t.end();
});

t.test("random bytes never throw", (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.constantFrom(...SESSIONS), (bytes, session) => {
      readHeader(bytes, 0, session);
      return sound(decodeMessage(bytes, session));
    }),
    { numRuns: 500 },
  );
  t.end();
});

t.test("random bodies behind a right header never throw", (t) => {
  const body = fc
    .uint8Array({ maxLength: 300 })
    .map((bytes) => Array.from(bytes, (b) => b.toString(16).padStart(2, "0")));
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), body, fc.constantFrom(...SESSIONS), (type, hex, session) =>
      sound(decodeMessage(wire(type, ["body", hex.join("")]), session)),
    ),
    { numRuns: 1000 },
  );
  t.end();
});

t.test("messages with some bytes changed never throw", (t) => {
  const change = fc.tuple(fc.nat(), fc.constantFrom(0x00, 0x01, 0x10, 0x40, 0x7f, 0x80, 0xc0, 0xff));
  const cases = context.chain((session) =>
    message(session).map((value) => ({ session, bytes: encodeMessage(value, session) })),
  );
  fc.assert(
    fc.property(cases, fc.array(change, { minLength: 1, maxLength: 4 }), ({ session, bytes }, changes) => {
      for (const [at, value] of changes) if (bytes.length > 19) bytes[19 + (at % (bytes.length - 19))] = value;
      return sound(decodeMessage(bytes, session));
    }),
    { numRuns: 2000 },
  );
  t.end();
});
