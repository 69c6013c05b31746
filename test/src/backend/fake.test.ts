import t from "tap";
import { FakeBackend } from "../../../src/backend/fake/index.ts";
import type { BackendEvent } from "../../../src/backend/backend.ts";
import { ip, net, peer } from "../../support/plan-values.ts";
import { complies } from "./compliance.ts";

const NODE = { routerId: 1, nodeAddresses: [ip("192.0.2.1"), ip("2001:db8::1")], nodeName: "n1" };
const ROUTE = { prefix: net("198.51.100.1/32"), attributes: { communities: { standard: [], large: [] } } };

complies("fake", async () => {
  const backend = new FakeBackend();
  return {
    backend,
    node: NODE,
    peer: (name, fields) => peer(name, { peerAsn: name === "outer" ? "external" : "internal", ...fields }),
    remote: (name) => ({
      table: backend.table(name),
      seen: backend.seen(name),
      cut() {
        const known = (): boolean => backend.status().peers.some(({ peer }) => peer === name);
        if (known()) backend.sessionDown(name);
        queueMicrotask(() => known() && backend.sessionUp(name));
      },
    }),
    async until(condition, what) {
      await Promise.resolve();
      if (!condition()) throw new Error(`waited in vain for ${what()}`);
    },
    close: () => backend.close("withdraw"),
  };
});

t.test("a session that is down is set to routes and sends none", (t) => {
  const backend = new FakeBackend({ wall: () => 5 });
  backend.apply({ ...NODE, peers: [{ peer: peer("a"), routes: [] }] });
  backend.sessionDown("a", "hold timer expired");
  backend.update([{ peer: "a", set: [ROUTE], withdraw: [] }]);
  t.equal(backend.table("a").size, 0);
  t.match(backend.status().peers[0], {
    state: "Active",
    routes: 1,
    advertised: 0,
    lastError: "hold timer expired",
    since: 5,
  });
  backend.sessionUp("a");
  backend.sessionUp("a");
  t.same([...backend.table("a").keys()], ["198.51.100.1/32"]);
  t.end();
});

t.test("graceful restart keeps the routes of a lost session until its End-of-RIB", (t) => {
  const backend = new FakeBackend();
  backend.apply({ ...NODE, peers: [{ peer: peer("a", { gracefulRestart: true }), routes: [ROUTE] }] });
  backend.sessionDown("a");
  t.equal(backend.table("a").size, 1);
  backend.update([{ peer: "a", set: [], withdraw: [ROUTE.prefix] }]);
  t.equal(backend.table("a").size, 1);
  backend.sessionUp("a");
  t.equal(backend.table("a").size, 0);
  t.end();
});

t.test("a refused session comes up when it is refused no longer", (t) => {
  const backend = new FakeBackend();
  const events: BackendEvent[] = [];
  backend.subscribe((event) => events.push(event));
  backend.refuse("a");
  backend.apply({ ...NODE, peers: [{ peer: peer("a"), routes: [ROUTE] }] });
  t.equal(backend.status().peers[0]?.lastError, "connection refused");
  t.equal(backend.table("a").size, 0);
  backend.refuse("a", false);
  t.equal(backend.table("a").size, 1);
  backend.refuse("a");
  t.equal(backend.table("a").size, 0);
  t.same(
    events.map((event) => (event.type === "session" ? event.state : event.type)),
    ["Active", "Established", "synced", "Idle"],
  );
  t.end();
});

t.test("it lacks what it is told to lack, and nothing works once it is closed", async (t) => {
  const backend = new FakeBackend({ lacks: ["bfd"] });
  t.same([backend.supports("bfd"), backend.supports("vrf")], [false, true]);
  await backend.close("withdraw");
  t.throws(() => backend.apply({ ...NODE, peers: [] }), /closed/);
  t.throws(() => backend.update([]), /closed/);
});
