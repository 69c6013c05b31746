import t from "tap";
import { Authenticator, sameAuthentication } from "../../bfd/authentication.ts";
import { AuthType, encode } from "../../bfd/packet.ts";
import type { ControlPacket } from "../../bfd/packet.ts";
import type { Authentication } from "../../bfd/types.ts";
import { digest, PACKET, read, SessionLab } from "../support/bfd-lab.ts";

const secret = (text: string): Uint8Array => new TextEncoder().encode(text);
const auth = (type: AuthType, text = "secret", id = 1): Authentication => ({
  type,
  keys: [{ id, secret: secret(text) }],
});
const DIGESTS = [AuthType.KeyedMd5, AuthType.MeticulousKeyedMd5, AuthType.KeyedSha1, AuthType.MeticulousKeyedSha1];

const end = (first = 0): Authenticator => new Authenticator(digest, () => first);
const check = (to: Authenticator, config: Authentication, bytes: Uint8Array) => to.verify(config, read(bytes), bytes);

t.test("what one end seals the other takes, with each type", (t) => {
  for (const type of Object.values(AuthType)) {
    const [from, to] = [end(), end()];
    for (let i = 0; i < 5; i++)
      t.equal(check(to, auth(type), from.seal(auth(type), PACKET, true)), undefined, `${type}`);
  }
  t.end();
});

t.test("the digest is that of the packet with the padded key in its place", (t) => {
  const bytes = end().seal(auth(AuthType.KeyedSha1), PACKET, true);
  const copy = bytes.slice();
  copy.fill(0, 32);
  copy.set(secret("secret"), 32);
  t.same([...bytes.subarray(32)], [...digest("sha1", copy)]);
  t.equal(bytes.length, 52);
  t.end();
});

t.test("a wrong password, key, key ID, type or changed byte is refused with its reason", (t) => {
  for (const type of Object.values(AuthType)) {
    const bytes = end().seal(auth(type), PACKET, true);
    t.equal(check(end(), auth(type, "Secret"), bytes), "authentication-failed");
    t.equal(check(end(), auth(type, "secret", 2), bytes), "authentication-key");
    t.equal(check(end(), auth(type === 5 ? 4 : 5), bytes), "authentication-type");
    t.equal(check(end(), auth(type), encode(PACKET)), "authentication-missing");
    if (type === AuthType.SimplePassword) continue;
    const forged = bytes.slice();
    forged[1] = 0xc4;
    t.equal(check(end(), auth(type), forged), "authentication-failed", "Up instead of Down");
  }
  t.end();
});

t.test("numbers before the last one, or too far ahead, are refused; a meticulous one not even twice", (t) => {
  for (const type of DIGESTS) {
    const isMeticulous = type === AuthType.MeticulousKeyedMd5 || type === AuthType.MeticulousKeyedSha1;
    const [from, to] = [end(0.999_999_999_9), end()];
    const packets = Array.from({ length: 12 }, () => from.seal(auth(type), PACKET, true));
    const take = (i: number) => check(to, auth(type), packets[i] ?? new Uint8Array(0));
    t.equal(take(0), undefined, "the first one may be any, also the last before the wrap");
    t.equal(take(0), isMeticulous ? "authentication-replayed" : undefined);
    t.equal(take(9), undefined, "nine ahead: three times the multiplier");
    t.equal(take(8), "authentication-replayed");
    to.forget();
    t.equal(take(0), undefined, "forgotten");
    t.equal(take(10), "authentication-replayed", "ten ahead");
  }
  t.end();
});

t.test("a number with a wrong digest does not move the window", (t) => {
  const type = AuthType.MeticulousKeyedSha1;
  const [from, to] = [end(), end()];
  const packets = [1, 2, 3].map(() => from.seal(auth(type), PACKET, true));
  check(to, auth(type), packets[0] ?? new Uint8Array(0));
  const forged = (packets[2] ?? new Uint8Array(0)).slice();
  forged[51] = (forged[51] ?? 0) ^ 1;
  t.equal(check(to, auth(type), forged), "authentication-failed");
  t.equal(check(to, auth(type), packets[1] ?? new Uint8Array(0)), undefined);
  t.end();
});

const sequence = (bytes: Uint8Array): number => new DataView(bytes.buffer).getUint32(28);

t.test("a keyed number grows only with what is said", (t) => {
  const [keyed, meticulous] = [end(), end()];
  const numbers = [true, false, true].map((changed) => [
    sequence(keyed.seal(auth(AuthType.KeyedMd5), PACKET, changed)),
    sequence(meticulous.seal(auth(AuthType.MeticulousKeyedMd5), PACKET, changed)),
  ]);
  t.same(numbers, [
    [1, 1],
    [1, 2],
    [2, 3],
  ]);
  t.end();
});

t.test("the first key sends and all are taken, so keys are exchanged while the session is up", (t) => {
  const [a, b] = [auth(AuthType.KeyedSha1, "a", 1).keys, auth(AuthType.KeyedSha1, "b", 2).keys];
  const both = { type: AuthType.KeyedSha1, keys: [...b, ...a] };
  const to = end();
  t.equal(check(to, both, end().seal({ ...both, keys: a }, PACKET, true)), undefined);
  t.equal(check(to, both, end().seal(both, PACKET, true)), undefined);
  t.equal(sameAuthentication(both, { ...both, keys: [...a, ...b] }), false);
  t.equal(sameAuthentication(both, { ...both }), true);
  t.equal(sameAuthentication({ ...both, keys: [] }, both), false);
  t.equal(sameAuthentication(both, { ...both, keys: b }), false);
  t.equal(sameAuthentication(both, undefined), false);
  t.end();
});

t.test(
  "a session with authentication comes up, and drops and counts what is not genuine without a change of state",
  (t) => {
    const authentication = auth(AuthType.MeticulousKeyedSha1);
    const lab = new SessionLab({ authentication });
    const peer = end();
    const give = (packet: Partial<ControlPacket>, config = authentication) => {
      const bytes = peer.seal(config, { ...PACKET, ...packet }, true);
      return [lab.session.receive(read(bytes), bytes), bytes] as const;
    };
    give({ state: "Down" });
    give({ state: "Init" });
    const [, recorded] = give({ state: "Down", diagnostic: 1 });
    give({ state: "Down" });
    give({ state: "Init" });
    t.equal(lab.session.state, "Up");
    const before = lab.session.status();
    const sent = lab.sent.length;
    t.equal(lab.session.receive(read(recorded), recorded), "authentication-replayed");
    t.equal(give({ state: "Down" }, auth(AuthType.MeticulousKeyedSha1, "guess"))[0], "authentication-failed");
    t.equal(lab.receive({ state: "Down" }), "authentication-missing");
    t.equal(lab.session.state, "Up");
    t.equal(lab.sent.length, sent);
    const after = lab.session.status();
    t.same({ ...after, counters: { ...after.counters, dropped: {} } }, before);
    t.same(after.counters.dropped, {
      "authentication-replayed": 1,
      "authentication-failed": 1,
      "authentication-missing": 1,
    });
    t.equal(lab.last.authentication?.type, AuthType.MeticulousKeyedSha1);
    lab.session.configure({ profile: { desiredMinTx: 300_000, requiredMinRx: 300_000, detectMultiplier: 3 } });
    t.equal(give({ state: "Down" })[0], "authentication-unexpected");
    t.equal(lab.session.state, "Up");
    t.end();
  },
);

t.test("after twice the detection time a peer may begin anew with any number", (t) => {
  const authentication = auth(AuthType.KeyedSha1);
  const lab = new SessionLab({ authentication });
  const give = (from: Authenticator) => {
    const bytes = from.seal(authentication, PACKET, true);
    return lab.session.receive(read(bytes), bytes);
  };
  t.equal(give(end(0.5)), undefined);
  lab.clock.advance(1799);
  t.equal(give(end(0.25)), "authentication-replayed");
  lab.clock.advance(1);
  t.equal(give(end(0.25)), undefined);
  t.end();
});
