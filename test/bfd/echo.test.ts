import t from "tap";
import { encode, Sessions } from "@herald/bfd";
import type { Host } from "@herald/bfd";
import { Echo } from "../../bfd/echo.ts";
import { deafHost, PACKET, PROFILE, read, SessionLab } from "../support/bfd-lab.ts";
import { FakeClock } from "../support/fake-clock.ts";

const ECHO = { desiredMinTx: 50_000, requiredMinRx: 80_000 };
/** What the peer says of itself: it returns echo packets no more often than this. */
const LOOPS = { requiredMinEchoRx: 10_000 };

function echoing(peer: object = LOOPS): SessionLab {
  return new SessionLab({ profile: PROFILE, echo: ECHO }).bringUp(peer);
}

/** Time goes on by 10 ms steps; the peer's packets come, and of the echoes those come back that `returns` lets. */
function go(lab: SessionLab, milliseconds: number, returns: (bytes: Uint8Array) => boolean = () => true): void {
  let done = lab.echoes.length;
  for (let at = 0; at < milliseconds; at += 10) {
    if (at % 100 === 0) lab.receive({ ...LOOPS, state: lab.session.state === "Up" ? "Up" : "Down" });
    for (const bytes of lab.echoes.slice(done)) if (returns(bytes)) lab.session.receiveEcho(bytes);
    done = lab.echoes.length;
    lab.clock.advance(10);
  }
}

t.test("echoes are sent while Up, at the slower of the two intervals, to a peer that returns them", (t) => {
  t.same(echoing({}).echoes, [], "not to one that does not");
  t.same(new SessionLab({ profile: PROFILE, echo: ECHO }).echoes, [], "not below Up");
  t.same(new SessionLab({ profile: PROFILE }).bringUp(LOOPS).echoes, [], "not unless asked for");
  const lab = echoing();
  t.equal(lab.echoes.length, 1, "at once");
  go(lab, 1000);
  t.ok(lab.echoes.length >= 18 && lab.echoes.length <= 27, `${lab.echoes.length} in a second`);
  t.match(lab.session.status(), { echoInterval: 50_000, counters: { echoSent: lab.echoes.length } });
  lab.receive({ state: "Up", requiredMinEchoRx: 200_000 });
  t.equal(lab.session.status().echoInterval, 200_000);
  lab.receive({ state: "Up", requiredMinEchoRx: 0 });
  const before = lab.echoes.length;
  go(lab, 90);
  t.equal(lab.session.state, "Up");
  lab.session.configure({ profile: PROFILE });
  lab.clock.advance(200);
  t.ok(lab.echoes.length <= before + 3, "nor when it is no longer asked for");
  t.equal(lab.session.status().echoInterval, undefined);
  t.end();
});

t.test("Required Min Echo RX is what this system returns, 0 without", (t) => {
  t.equal(echoing().last.requiredMinEchoRx, 80_000);
  t.equal(new SessionLab({ profile: PROFILE }).last.requiredMinEchoRx, 0);
  t.end();
});

t.test("as many in a row as the multiplier says that do not come back end the session with diagnostic 2", (t) => {
  const lab = echoing();
  go(lab, 5000);
  t.equal(lab.session.state, "Up");
  let odd = 0;
  go(lab, 5000, () => odd++ % 3 === 0);
  t.equal(lab.session.state, "Up", "two of three may be lost");
  const before = lab.clock.now();
  go(lab, 400, () => false);
  const event = lab.events.findLast(({ from }) => from === "Up");
  t.match(event, { from: "Up", to: "Down", diagnostic: 2, failure: true });
  t.match(
    lab.sent.find(({ at, packet }) => at > before && packet.state === "Down"),
    { packet: { diagnostic: 2 } },
  );
  t.equal(lab.session.status().counters.failures, 1);
  const other = echoing();
  for (const bytes of other.echoes) other.session.receiveEcho(bytes);
  go(other, 1000);
  go(other, 400, () => false);
  const { echoSent, echoReceived } = other.session.status().counters;
  t.equal(echoSent - echoReceived, 3, "three, and no fourth one");
  t.end();
});

t.test("a host that is late suspects nobody", (t) => {
  let now = 0;
  let timers: { readonly due: number; readonly fire: () => void }[] = [];
  const clock = {
    now: () => now,
    setTimer: (milliseconds: number, fire: () => void) => {
      const timer = { due: now + milliseconds, fire };
      timers.push(timer);
      return { cancel: () => void (timers = timers.filter((one) => one !== timer)) };
    },
  };
  let failures = 0;
  const sent: Uint8Array[] = [];
  const host = { clock, random: () => 0.5 };
  const echo = new Echo({
    host,
    localDiscriminator: 1,
    send: (bytes) => sent.push(bytes) > 0,
    failed: () => failures++,
  });
  echo.run(50_000, 3);
  for (let i = 0; i < 20; i++) {
    // What came back waits in the socket, and is read before the timers have their turn.
    now += 1000;
    t.equal(sent.length, 1);
    for (const bytes of sent.splice(0)) t.ok(echo.receive(bytes));
    const due = timers.splice(0);
    for (const { fire } of due) fire();
  }
  t.equal(failures, 0);
  t.end();
});

t.test("what cannot be sent is not missed", (t) => {
  const clock = new FakeClock();
  const host = { clock, random: () => 0.5 };
  const echo = new Echo({ host, localDiscriminator: 1, send: () => false, failed: () => t.fail() });
  echo.run(50_000, 3);
  clock.advance(5000);
  t.equal(echo.counts.sent, 0);
  t.end();
});

t.test("only what was sent in this run counts, once", (t) => {
  const lab = echoing();
  const [first = new Uint8Array()] = lab.echoes;
  t.equal(lab.session.receiveEcho(first), undefined);
  t.equal(lab.session.receiveEcho(first), "echo", "a replay");
  lab.clock.advance(60);
  const second = lab.echoes[1] ?? new Uint8Array();
  for (const at of [4, 8, 15]) {
    const forged = second.slice();
    forged[at] = (forged[at] ?? 0) ^ 0x80;
    t.equal(lab.session.receiveEcho(forged), "echo", `byte ${at}`);
  }
  t.equal(lab.session.receiveEcho(second), undefined);
  t.match(lab.session.status().counters, { echoReceived: 2, dropped: { echo: 4 } });
  lab.session.pathDown();
  t.equal(lab.session.receiveEcho(second), "echo", "not below Up");
  t.end();
});

t.test("sequence numbers go round", (t) => {
  const clock = new FakeClock();
  // The first sequence number comes from it.
  const host = { clock, random: () => 0xffff_fffd / 0x1_0000_0000 };
  const sent: Uint8Array[] = [];
  const echo = new Echo({
    host,
    localDiscriminator: 1,
    send: (bytes) => sent.push(bytes) > 0,
    failed: () => t.fail(),
  });
  echo.run(1000, 3);
  for (let i = 0; i < 10; i++) {
    t.ok(echo.receive(sent.at(-1) ?? new Uint8Array()));
    clock.advance(1);
  }
  t.end();
});

t.test("one IPv4 hop: no echo of other paths, and none where the host cannot", (t) => {
  const opened: string[] = [];
  const returned: Uint8Array[] = [];
  const sent: { readonly address: string; readonly bytes: Uint8Array }[] = [];
  const host: Host = {
    ...deafHost(),
    open: ({ address }) => ({
      sourcePort: 49_152,
      send: (bytes) => void sent.push({ address, bytes }),
      close: () => undefined,
    }),
    openEcho: ({ address }: { readonly address: string }) => {
      opened.push(address);
      return { send: (bytes: Uint8Array) => returned.push(bytes) > 0, close: () => void opened.push("closed") };
    },
  };
  const sessions = new Sessions({ host, onEvent: () => undefined });
  const config = { profile: PROFILE, echo: ECHO };
  const paths = [
    { address: "192.0.2.1", multihop: false },
    { address: "192.0.2.2", multihop: true },
    { address: "2001:db8::1", multihop: false },
  ];
  for (const path of paths) {
    t.equal(sessions.set(path.address, path, config), undefined);
    const { localDiscriminator } = sessions.status().find(({ users }) => users.includes(path.address)) ?? {};
    for (const state of ["Down", "Init"] as const) {
      const packet = { ...PACKET, ...LOOPS, state, yourDiscriminator: localDiscriminator ?? 0 };
      const port = path.multihop ? 4784 : 3784;
      const from = { address: path.address, interface: "eth0", port, ttl: 255 };
      t.equal(sessions.receive({ ...from, bytes: encode(packet) }), undefined);
    }
  }
  t.same(opened, ["192.0.2.1"]);
  t.same(
    sent.map(({ address, bytes }) => `${address} ${read(bytes).requiredMinEchoRx}`),
    paths.flatMap(({ address }) =>
      Array.from({ length: 3 }, () => `${address} ${address === "192.0.2.1" ? 80_000 : 0}`),
    ),
  );
  t.equal(sessions.receiveEcho(returned[0] ?? new Uint8Array()), undefined);
  t.match(sessions.status()[0], { counters: { echoReceived: 1 } });
  t.equal(sessions.receiveEcho(returned[0] ?? new Uint8Array()), "echo");
  t.equal(sessions.receiveEcho(new Uint8Array(16).fill(9)), undefined, "another system's");
  t.equal(sessions.receiveEcho(new Uint8Array(3)), undefined);
  t.equal(sessions.dropped.echo, 1);
  sessions.close();
  t.equal(opened.at(-1), "closed");
  t.end();
});

t.test("intervals that are none are refused, by field", (t) => {
  const sessions = new Sessions({ host: deafHost(), onEvent: () => undefined });
  const path = { address: "192.0.2.1", multihop: false };
  const problem = (echo: typeof ECHO) => sessions.set("a", path, { profile: PROFILE, echo });
  t.match(problem({ ...ECHO, desiredMinTx: 0 }), { field: "echo.desiredMinTx", text: /0 is no interval/ });
  t.match(problem({ ...ECHO, requiredMinRx: 1.5 }), { field: "echo.requiredMinRx" });
  t.equal(problem({ ...ECHO, requiredMinRx: 0 }), undefined);
  t.end();
});
