import t from "tap";
import { FakeClock } from "../support/fake-clock.ts";
import { PROFILE, SessionLab } from "../support/bfd-lab.ts";

const FAST = { desiredMinTx: 50_000, requiredMinRx: 50_000, detectMultiplier: 3 };
const round = (times: readonly number[]): number[] => times.map((time) => Math.round(time));

t.test("below Up it sends no faster than once a second, from the first moment on", (t) => {
  const lab = new SessionLab({ profile: FAST });
  lab.clock.advance(3500);
  t.same(round(lab.sent.map(({ at }) => at)), [0, 1000, 2000, 3000]);
  for (const { packet } of lab.sent) {
    t.match(packet, {
      state: "Down",
      desiredMinTx: 1_000_000,
      requiredMinRx: 50_000,
      yourDiscriminator: 0,
      poll: false,
    });
  }
  t.end();
});

t.test("a configured interval beyond a second is kept below Up too", (t) => {
  const lab = new SessionLab({ profile: { ...FAST, desiredMinTx: 2_000_000 } });
  t.equal(lab.last.desiredMinTx, 2_000_000);
  t.same(round(lab.during(4100).map(({ at }) => at)), [2000, 4000]);
  t.end();
});

t.test("each change of state is sent at once, and Up begins with a poll for the configured intervals", (t) => {
  const lab = new SessionLab({ profile: FAST });
  lab.receive({ state: "Down", yourDiscriminator: 0 });
  t.match(lab.last, { state: "Init", yourDiscriminator: 7, desiredMinTx: 1_000_000 });
  lab.receive({ state: "Init" });
  t.match(lab.last, { state: "Up", poll: true, final: false, desiredMinTx: 50_000, diagnostic: 0 });
  t.equal(lab.clock.now(), 0);
  t.equal(lab.changes, "Down→Init Init→Up");
  t.ok(
    lab.during(700, { requiredMinRx: 50_000 }).every(({ packet }) => packet.poll),
    "until a Final comes",
  );
  lab.receive({ state: "Up", final: true, requiredMinRx: 50_000 });
  const after = lab.during(500, { requiredMinRx: 50_000 });
  t.ok(after.length >= 9 && after.every(({ packet }) => !packet.poll));
  t.end();
});

t.test("the peer's least interval is kept, at once in both directions", (t) => {
  const lab = new SessionLab({ profile: FAST }).bringUp({ requiredMinRx: 1 });
  t.equal(lab.session.status().transmitInterval, 50_000);
  lab.receive({ state: "Up", requiredMinRx: 400_000 });
  t.equal(lab.during(1700, { requiredMinRx: 400_000 }).length, 4);
  const before = lab.clock.now();
  lab.receive({ state: "Up", requiredMinRx: 100_000 });
  const [first] = lab.during(200, { requiredMinRx: 100_000 });
  t.ok((first?.at ?? Infinity) - before <= 100);
  t.end();
});

t.test("a poll is answered at once with a Final, whatever the timer, and the periodic packets go on as before", (t) => {
  const lab = new SessionLab().bringUp();
  const periodic = lab.during(100, {});
  t.same(periodic, []);
  lab.receive({ state: "Up", poll: true });
  t.match(lab.last, { final: true, poll: false, state: "Up" });
  t.equal(lab.sent.at(-1)?.at, 100);
  t.same(round(lab.during(500, {}).map(({ at }) => at)), [300, 600]);
  t.end();
});

t.test("an answer never carries both P and F; one's own poll goes on", (t) => {
  const lab = new SessionLab();
  lab.receive({ state: "Down" });
  lab.receive({ state: "Init", poll: true });
  t.match(lab.last, { state: "Up", final: true, poll: false });
  const [next] = lab.during(400, {});
  t.match(next?.packet, { poll: true, final: false });
  t.end();
});

t.test("silence for the detection time takes it down with diagnostic 1; the peer's multiplier counts", (t) => {
  const lab = new SessionLab({ profile: FAST }).bringUp({ detectMultiplier: 5, desiredMinTx: 100_000 });
  t.equal(lab.session.status().detectionTime, 500_000);
  lab.clock.advance(499);
  t.equal(lab.session.state, "Up");
  lab.clock.advance(1);
  t.match(lab.events.at(-1), { from: "Up", to: "Down", diagnostic: 1, failure: true, remoteState: "Up" });
  t.match(lab.last, { state: "Down", diagnostic: 1, desiredMinTx: 1_000_000, yourDiscriminator: 7, poll: false });
  t.equal(lab.session.status().counters.failures, 1);
  t.end();
});

t.test("each packet begins the detection time anew", (t) => {
  const lab = new SessionLab().bringUp();
  lab.during(5000, {});
  t.equal(lab.session.state, "Up");
  lab.clock.advance(799);
  t.equal(lab.session.state, "Up");
  lab.clock.advance(1);
  t.equal(lab.session.state, "Down");
  t.end();
});

t.test("Init too ends with the detection time, which is no failure of Up", (t) => {
  const lab = new SessionLab();
  lab.receive({ state: "Down" });
  lab.clock.advance(900);
  t.match(lab.events.at(-1), { from: "Init", to: "Down", diagnostic: 1, failure: false });
  t.end();
});

t.test("the peer's discriminator is forgotten one detection time after the first", (t) => {
  const lab = new SessionLab().bringUp();
  lab.clock.advance(1799);
  t.equal(lab.session.status().remoteDiscriminator, 7);
  t.equal(lab.forgotten, 0);
  lab.clock.advance(1);
  t.equal(lab.session.status().remoteDiscriminator, 0);
  t.equal(lab.forgotten, 1);
  t.match(lab.last, { yourDiscriminator: 0, state: "Down" });
  t.end();
});

t.test("a longer send interval is used only once the peer has confirmed it", (t) => {
  const lab = new SessionLab().bringUp();
  lab.session.configure({ profile: { ...PROFILE, desiredMinTx: 900_000 } });
  t.match(lab.last, { poll: true, desiredMinTx: 900_000 }, "said at once");
  t.equal(lab.during(1300, {}).length, 4, "the old rate");
  t.ok(lab.session.status().polling);
  lab.receive({ state: "Up", final: true });
  t.match(
    lab.session.status(),
    { transmitInterval: 300_000, polling: false },
    "and not before it was told a few times",
  );
  const more = lab.during(1200, {});
  t.ok(more.length >= 3 && more.every(({ packet }) => packet.desiredMinTx === 900_000 && !packet.poll));
  t.equal(lab.session.status().transmitInterval, 900_000);
  t.equal(lab.during(1900, {}).length, 2);
  t.equal(lab.changes, "Down→Init Init→Up", "no flap");
  t.end();
});

t.test("a shorter send interval is used at once", (t) => {
  const lab = new SessionLab().bringUp({ requiredMinRx: 50_000 });
  lab.session.configure({ profile: FAST });
  t.equal(lab.session.status().transmitInterval, 50_000);
  t.end();
});

t.test("a shorter detection time is used only once the peer has confirmed it, a longer one at once", (t) => {
  const lab = new SessionLab().bringUp({ desiredMinTx: 50_000 });
  t.equal(lab.session.status().detectionTime, 900_000);
  lab.session.configure({ profile: { ...PROFILE, requiredMinRx: 50_000 } });
  t.equal(lab.session.status().detectionTime, 900_000);
  lab.receive({ state: "Up", final: true, desiredMinTx: 50_000 });
  t.equal(lab.session.status().detectionTime, 900_000, "nor before the packets from before the poll must be there");
  lab.during(1200, { desiredMinTx: 50_000 });
  t.equal(lab.session.status().detectionTime, 150_000);
  lab.session.configure({ profile: { ...PROFILE, requiredMinRx: 1_000_000 } });
  t.equal(lab.session.status().detectionTime, 3_000_000);
  lab.receive({ state: "Up" });
  lab.clock.advance(2999);
  t.equal(lab.session.state, "Up");
  lab.clock.advance(1);
  t.equal(lab.session.state, "Down");
  t.end();
});

t.test("a change during a poll waits for its end, and for the answers still under way", (t) => {
  const lab = new SessionLab().bringUp();
  lab.session.configure({ profile: { ...PROFILE, desiredMinTx: 600_000 } });
  lab.during(400, {});
  lab.session.configure({ profile: { ...PROFILE, desiredMinTx: 900_000 } });
  t.equal(lab.last.desiredMinTx, 600_000, "one poll at a time");
  lab.receive({ state: "Up", final: true });
  t.equal(lab.session.status().polling, false, "the first answer ends it; a second one is still to come");
  lab.receive({ state: "Up", final: true });
  t.equal(lab.during(900, {}).at(-1)?.packet.desiredMinTx, 600_000, "and the peer may not have kept to it yet");
  lab.during(400, {});
  t.match(lab.last, { poll: true, desiredMinTx: 900_000 }, "now it has a poll of its own");
  t.equal(lab.session.status().transmitInterval, 600_000);
  lab.receive({ state: "Up", final: true });
  lab.during(2500, {});
  t.equal(lab.session.status().transmitInterval, 900_000);
  t.end();
});

t.test("an answer that got lost is not waited for beyond a detection time", (t) => {
  const lab = new SessionLab().bringUp();
  lab.session.configure({ profile: { ...PROFILE, desiredMinTx: 400_000 } });
  lab.during(700, {});
  lab.session.configure({ profile: { ...PROFILE, desiredMinTx: 500_000 } });
  lab.receive({ state: "Up", final: true });
  t.equal(lab.last.desiredMinTx, 400_000);
  lab.during(2500, {});
  t.match(lab.last, { poll: true, desiredMinTx: 500_000 });
  t.end();
});

t.test("a changed multiplier is simply said", (t) => {
  const lab = new SessionLab().bringUp();
  lab.session.configure({ profile: { ...PROFILE, detectMultiplier: 9 } });
  t.match(lab.last, { detectMultiplier: 9, poll: false });
  lab.session.configure({ profile: { ...PROFILE, detectMultiplier: 9 }, controlPlaneIndependent: true });
  t.match(lab.last, { controlPlaneIndependent: true });
  t.end();
});

t.test("a change below Up is in the next packet without a poll, and losing Up ends a poll", (t) => {
  const lab = new SessionLab();
  lab.session.configure({ profile: { ...PROFILE, requiredMinRx: 70_000 } });
  t.match(lab.last, { poll: false, requiredMinRx: 70_000, desiredMinTx: 1_000_000 });
  lab.bringUp();
  lab.session.configure({ profile: FAST });
  lab.receive({ state: "Down" });
  t.equal(lab.session.status().polling, false);
  t.match(lab.last, { state: "Down", diagnostic: 3, poll: false, desiredMinTx: 1_000_000 });
  t.end();
});

t.test("a peer that wants no packets gets none, but is told of a change and answered", (t) => {
  const lab = new SessionLab().bringUp({ requiredMinRx: 0 });
  t.same(lab.during(3000, { requiredMinRx: 0 }), []);
  t.equal(lab.session.status().transmitInterval, undefined);
  lab.receive({ state: "Up", requiredMinRx: 0, poll: true });
  t.ok(lab.last.final);
  lab.receive({ state: "AdminDown", requiredMinRx: 0 });
  t.equal(lab.last.state, "Down");
  t.end();
});

t.test("a peer in demand mode gets packets only while there is a poll", (t) => {
  const lab = new SessionLab().bringUp({ demand: true });
  t.same(lab.during(2000, { demand: true }), []);
  lab.session.configure({ profile: { ...PROFILE, requiredMinRx: 400_000 } });
  t.ok(lab.during(1000, { demand: true }).length >= 3);
  lab.receive({ state: "Up", demand: true, final: true });
  t.same(lab.during(2000, { demand: true }), []);
  t.ok(lab.during(1000, { demand: false }).length >= 3);
  t.end();
});

t.test("a passive end is silent until it is spoken to, and again when the peer is forgotten", (t) => {
  const lab = new SessionLab({ passive: true });
  lab.clock.advance(10_000);
  t.same(lab.sent, []);
  lab.bringUp();
  t.equal(lab.session.state, "Up");
  lab.clock.advance(1800);
  const sent = lab.sent.length;
  lab.clock.advance(10_000);
  t.equal(lab.sent.length, sent);
  t.end();
});

t.test("AdminDown is said with diagnostic 7 for a detection time, then it is silent and hears nothing", (t) => {
  const lab = new SessionLab().bringUp();
  lab.session.setAdminDown(true);
  t.match(lab.last, { state: "AdminDown", diagnostic: 7 });
  t.match(lab.events.at(-1), { from: "Up", to: "AdminDown", failure: false });
  const later = lab.during(2999);
  t.same(round(later.map(({ at }) => at)), [1000, 1800, 2000], "at 1800 it forgets the peer's discriminator");
  t.ok(later.every(({ packet }) => packet.state === "AdminDown" && packet.diagnostic === 7));
  t.equal(lab.quiet, 0);
  lab.clock.advance(1);
  t.equal(lab.quiet, 1);
  t.equal(lab.receive({ state: "Up", poll: true }), "admin-down");
  lab.session.pathDown();
  t.same(lab.during(10_000), []);
  t.equal(lab.session.state, "AdminDown");
  t.same(lab.session.status().counters.dropped, { "admin-down": 1 });
  lab.session.setAdminDown(false);
  t.match(lab.last, { state: "Down", diagnostic: 0 });
  lab.bringUp();
  t.equal(lab.session.state, "Up");
  t.end();
});

t.test("AdminDown before the peer was ever heard is quiet at once", (t) => {
  const lab = new SessionLab();
  lab.session.setAdminDown(true);
  lab.clock.advance(0);
  t.equal(lab.quiet, 1);
  t.end();
});

t.test("a peer that goes down on purpose is no failure, one that just goes down is", (t) => {
  const lab = new SessionLab().bringUp({ controlPlaneIndependent: true });
  t.match(lab.events.at(-1), { remoteControlPlaneIndependent: true });
  lab.receive({ state: "AdminDown", diagnostic: 7 });
  t.match(lab.events.at(-1), {
    to: "Down",
    diagnostic: 3,
    remoteState: "AdminDown",
    remoteDiagnostic: 7,
    failure: false,
  });
  lab.bringUp().receive({ state: "Down", diagnostic: 1 });
  t.match(
    lab.events.find(({ failure }) => failure),
    { diagnostic: 3, remoteDiagnostic: 1 },
  );
  t.equal(lab.session.status().counters.failures, 1);
  t.end();
});

t.test("nor is a session that the peer takes away: it blames this end, which was Up all the time", (t) => {
  const lab = new SessionLab().bringUp();
  lab.receive({ state: "Down", diagnostic: 3 });
  t.match(lab.events.at(-1), { from: "Up", to: "Down", diagnostic: 3, remoteDiagnostic: 3, failure: false });
  t.match(lab.session.status().counters, { downs: 1, failures: 0 });
  lab.receive({ state: "Down", myDiscriminator: 8, yourDiscriminator: 0 });
  lab.receive({ state: "Init", myDiscriminator: 8 });
  t.equal(lab.session.state, "Up", "with the one in its place, at once");
  t.end();
});

t.test("a peer's reason counts at the moment that Up is lost, and only where its word is what lost it", (t) => {
  const causes: readonly [name: string, lose: (lab: SessionLab) => void][] = [
    [
      "a session begun anew without a word",
      (lab) => lab.receive({ state: "Down", diagnostic: 0, yourDiscriminator: 0 }),
    ],
    ["its detection time", (lab) => lab.receive({ state: "Down", diagnostic: 1 })],
    ["its echoes", (lab) => lab.receive({ state: "Down", diagnostic: 2 })],
    ["its link", (lab) => lab.receive({ state: "Down", diagnostic: 5 })],
    [
      "silence after an Up that still names the time before",
      (lab) => {
        lab.receive({ state: "Up", diagnostic: 3 });
        lab.clock.advance(10_000);
      },
    ],
    [
      "the host's word after such an Up",
      (lab) => {
        lab.receive({ state: "Up", diagnostic: 3 });
        lab.session.pathDown();
      },
    ],
  ];
  for (const [name, lose] of causes) {
    const lab = new SessionLab().bringUp();
    lose(lab);
    t.ok(
      lab.events.some(({ from, failure }) => from === "Up" && failure),
      name,
    );
    t.equal(lab.session.status().counters.failures, 1);
  }
  t.end();
});

t.test("the host's word that the path is down takes effect at once", (t) => {
  const lab = new SessionLab().bringUp();
  lab.session.pathDown();
  t.match(lab.last, { state: "Down", diagnostic: 5 });
  t.match(lab.events.at(-1), { failure: true });
  t.end();
});

/** A clock whose timers fire late by what is set. */
class HeldUpClock extends FakeClock {
  #held = 0;
  hold(milliseconds: number): void {
    this.#held = milliseconds;
  }
  override now(): number {
    return super.now() + this.#held;
  }
}

t.test("a late detection timer gives the socket one turn; what waited there keeps the session up", (t) => {
  const clock = new HeldUpClock();
  const lab = new SessionLab({}, { clock }).bringUp();
  clock.advance(899);
  // After the detection timer, before the turn that it gives.
  clock.setTimer(1, () => lab.receive({ state: "Up" }));
  clock.hold(2000);
  clock.advance(1);
  t.equal(lab.session.state, "Up");
  clock.advance(800);
  t.equal(lab.session.state, "Up");
  t.match(lab.session.status().counters, { ups: 1, downs: 0, failures: 0 });
  t.end();
});

t.test("a late detection timer with nothing in the socket counts a turn later", (t) => {
  const clock = new HeldUpClock();
  const lab = new SessionLab({}, { clock }).bringUp();
  clock.advance(899);
  clock.hold(2000);
  clock.advance(1);
  clock.advance(0);
  t.equal(lab.session.state, "Down");
  t.end();
});

t.test("a timer that fires early waits for the rest", (t) => {
  const clock = new HeldUpClock();
  const lab = new SessionLab({}, { clock }).bringUp();
  clock.hold(-2);
  clock.advance(900);
  t.equal(lab.session.state, "Up");
  clock.advance(2);
  t.equal(lab.session.state, "Down");
  t.end();
});

t.test("what is closed sends nothing and leaves no timer", (t) => {
  const lab = new SessionLab().bringUp();
  lab.session.close();
  t.equal(lab.clock.pending, 0);
  t.end();
});
