import t from "tap";
import type { Problem } from "../../src/model/problem.ts";
import { SpeakerEvents } from "../../src/speaker-events.ts";
import type { ObjectEvent } from "../../src/status/index.ts";

const PEER = { group: "metallb.io", kind: "BGPPeer", namespace: "metallb-system", name: "tor" };
const SERVICE = { group: "", kind: "Service", namespace: "shop", name: "web" };

function bench() {
  const events: ObjectEvent[] = [];
  const told = new SpeakerEvents({
    node: "n1",
    sink: { event: (event) => void events.push(event) },
    peer: (name) => (name === "tor" ? PEER : undefined),
  });
  const said = (): string[] =>
    events.map(({ ref, reason, message }) => `${ref.kind} ${ref.name} ${reason}: ${message}`);
  return { told, events, said };
}

const NO_SECRET: Problem = {
  severity: "error",
  ref: PEER,
  field: "spec",
  what: "is not there",
  fix: "make it",
  secret: true,
};

t.test("what is wrong with a Secret is told once, as the event of all nodes, and again when it comes back", (t) => {
  const { told, events, said } = bench();
  const { secret: _, ...seen } = NO_SECRET;
  told.problems([NO_SECRET, { ...seen, what: "is seen by every controller" }]);
  told.problems([NO_SECRET]);
  t.match(events, [{ ref: PEER, component: "speaker", node: "n1", type: "Warning", shared: true }]);
  told.problems([]);
  told.problems([NO_SECRET]);
  const sentence = "BGPPeer tor ConfigurationError: BGPPeer metallb-system/tor: spec: is not there; make it";
  t.same(said(), [sentence, sentence]);
  t.end();
});

t.test("a session that fails says why once, and again after it was up", (t) => {
  const { told, said } = bench();
  const refused = { type: "error", peer: "tor", text: "connection refused" } as const;
  for (let i = 0; i < 5; i++) told.hear(refused);
  told.hear({ type: "session", peer: "tor", state: "Idle", reason: "connection refused" });
  told.hear({ type: "session", peer: "tor", state: "Established" });
  told.hear({ type: "session", peer: "tor", state: "Idle", reason: "hold timer expired" });
  told.hear({ type: "error", text: "of nobody" });
  told.hear({ ...refused, peer: "gone" });
  t.same(said(), ["BGPPeer tor SessionFailed: connection refused", "BGPPeer tor SessionFailed: hold timer expired"]);
  t.end();
});

t.test("what the backend lacks is told of the peer that asks for it, all of it as one", (t) => {
  const { told, said } = bench();
  const common = { code: "unsupportedByBackend", peer: "tor" } as const;
  const [bfd, vrf] = [{ ...common, text: "no BFD" } as const, { ...common, text: "no VRF" } as const];
  told.lacking([bfd, vrf]);
  told.lacking([bfd, vrf]);
  told.lacking([]);
  told.lacking([bfd]);
  t.same(said(), ["BGPPeer tor unsupportedByBackend: no BFD; no VRF", "BGPPeer tor unsupportedByBackend: no BFD"]);
  t.end();
});

t.test("of a Service faults are told, and not what is as it should be", (t) => {
  const { told, said } = bench();
  const overdue = { code: "healthCheckOverdue", text: "no answer" } as const;
  told.service("shop/web", SERVICE, [{ code: "notOwner", text: "another node" }, overdue]);
  told.service("shop/web", SERVICE, [overdue]);
  told.service("shop/web", undefined, []);
  told.service("shop/web", SERVICE, [overdue]);
  t.same(said(), ["Service web healthCheckOverdue: no answer", "Service web healthCheckOverdue: no answer"]);
  t.end();
});
