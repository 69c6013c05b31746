import t from "tap";
import type { PeerReport } from "../../src/backend/report.ts";
import { SessionStates } from "../../src/session-states.ts";
import { settled } from "../support/memory-cluster.ts";
import { ip, net } from "../support/plan-values.ts";

const UP: PeerReport = { peer: "tor-1", state: "Established", routes: 1, advertised: 1, unsent: [] };
const DOWN: PeerReport = {
  peer: "tor-2",
  state: "Connect",
  routes: 1,
  advertised: 0,
  unsent: [],
  lastError: "refused",
};

t.test("a peer has what its established session could send, and the others say why not", (t) => {
  const unsent = [{ prefix: net("2001:db8::/64"), reason: "no IPv6" }];
  const peers = [{ ...UP, unsent }, DOWN];
  const states = new SessionStates(() => ({ backend: "native", peers }));
  t.same(states.untold(["tor-1", "tor-2", "tor-3"], [ip("192.0.2.1")]), [
    "tor-2: the session is Connect: refused",
    "tor-3: the session is Idle",
  ]);
  t.same(states.untold(["tor-1"], [ip("2001:db8::1")]), ["tor-1: 2001:db8::/64: no IPv6"]);
  t.end();
});

t.test("only coming up and ending are changes, and they are told once", (t) => {
  const states = new SessionStates(() => ({ backend: "native", peers: [] }));
  t.ok(states.hear({ type: "session", peer: "tor-1", state: "Established" }));
  t.notOk(states.hear({ type: "session", peer: "tor-1", state: "Established" }));
  t.notOk(states.hear({ type: "session", peer: "tor-2", state: "Connect" }));
  t.notOk(states.hear({ type: "synced", peer: "tor-1" }));
  t.ok(states.hear({ type: "session", peer: "tor-1", state: "Idle", reason: "hold timer" }));
  t.same([...states.take()], ["tor-1"]);
  t.same([...states.take()], []);
  t.end();
});

t.test("the backend is asked once a turn, however many Services are told of", async (t) => {
  let asked = 0;
  const states = new SessionStates(() => {
    asked += 1;
    return { backend: "native", peers: [UP] };
  });
  for (let i = 0; i < 1000; i++) states.untold(["tor-1"], []);
  t.equal(asked, 1);
  await settled();
  states.untold(["tor-1"], []);
  t.equal(asked, 2);
});
