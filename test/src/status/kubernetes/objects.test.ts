import t from "tap";
import type { PoolUsage } from "../../../../src/model/allocation.ts";
import type { Problem } from "../../../../src/model/problem.ts";
import { api, NAMESPACE } from "./bench.ts";

const OWN = `/apis/metallb.io/v1beta1/namespaces/${NAMESPACE}`;
const POOL = `${OWN}/ipaddresspools/first`;
const STATE = `${OWN}/configurationstates/speaker-n1`;

function usage(assignedIPv4: bigint): PoolUsage {
  return {
    pool: "first",
    assignedIPv4,
    assignedIPv6: 0n,
    availableIPv4: 10n - assignedIPv4,
    availableIPv6: 1n << 100n,
  };
}

function problem(severity: Problem["severity"], what: string): Problem {
  const ref = { group: "metallb.io", kind: "BGPPeer", namespace: NAMESPACE, name: "tor" };
  return { severity, ref, field: "spec.peerAddress", what, fix: "" };
}

t.test("a pool's counters are written at once and then at most once a second", async (t) => {
  const { sink, server, clock, settle } = api();
  server.put(POOL, { metadata: { name: "first" } });
  for (let i = 0n; i <= 10n; i++) sink.poolUsage([usage(i)]);
  await settle();
  for (let i = 0; i < 5; i++) {
    clock.advance(1000);
    sink.poolUsage([usage(10n)]);
    await settle();
  }
  t.equal(server.requests.length, 2);
  t.same(server.objects.get(POOL)?.["status"], {
    assignedIPv4: 10,
    assignedIPv6: 0,
    availableIPv4: 0,
    availableIPv6: Number.MAX_SAFE_INTEGER,
  });
});

t.test("a pool that is gone is let go", async (t) => {
  const { sink, server } = api();
  sink.poolUsage([usage(1n)]);
  await sink.settled();
  t.same(server.requests, [`PATCH ${POOL}/status`]);
});

t.test("the verdict of a speaker is an object that goes with its Node", async (t) => {
  const { sink, server } = api();
  sink.configuration("speaker", "n1", []);
  await sink.settled();
  t.match(server.objects.get(STATE), {
    kind: "ConfigurationState",
    metadata: {
      name: "speaker-n1",
      namespace: NAMESPACE,
      labels: { "metallb.io/component-type": "speaker", "metallb.io/node-name": "n1" },
      ownerReferences: [{ apiVersion: "v1", kind: "Node", name: "n1", uid: "uid-n1" }],
    },
    status: {
      result: "Valid",
      conditions: [{ type: "configReconcilerValid", status: "True", reason: "Reconciled", message: "" }],
    },
  });
  t.same(server.requests, [`GET ${STATE}`, `POST ${OWN}/configurationstates`, `PATCH ${STATE}/status`]);
});

t.test("errors make it invalid, in the words of the problem; a warning is said and leaves it valid", async (t) => {
  const { sink, server, clock, settle } = api();
  const error = problem("error", '"x" is no address');
  const text = `BGPPeer ${NAMESPACE}/tor: spec.peerAddress: "x" is no address`;
  sink.configuration("speaker", "n1", [error, problem("warning", "is odd")]);
  await sink.settled();
  t.match(server.objects.get(STATE)?.["status"], {
    result: "Invalid",
    errorSummary: text,
    conditions: [
      {
        status: "False",
        reason: "ConfigurationError",
        message: `${text}\nBGPPeer ${NAMESPACE}/tor: spec.peerAddress: is odd`,
      },
    ],
  });
  sink.configuration("speaker", "n1", [problem("warning", "is odd")]);
  await settle();
  clock.advance(1000);
  await sink.settled();
  const status = server.objects.get(STATE)?.["status"];
  t.match(status, { result: "Valid", conditions: [{ status: "True", lastTransitionTime: "2023-11-14T22:13:21Z" }] });
  t.notHas(status, { errorSummary: text });
});

t.test("the same verdict writes nothing, in a new process too, and its time is that of the change", async (t) => {
  const { sink, server, clock, settle } = api();
  sink.configuration("speaker", "n1", []);
  await sink.settled();
  for (let i = 0; i < 10; i++) {
    sink.configuration("speaker", "n1", []);
    clock.advance(1000);
    await settle();
  }
  t.equal(server.count("PATCH"), 1);
  const again = api();
  again.server.put(STATE, { ...server.objects.get(STATE), metadata: { name: "speaker-n1" } });
  again.clock.advance(50_000);
  again.sink.configuration("speaker", "n1", []);
  await again.sink.settled();
  t.same(again.server.requests, [`GET ${STATE}`]);
});

t.test("a verdict that somebody deleted is there again within a minute", async (t) => {
  const { sink, server, clock, settle } = api();
  sink.configuration("speaker", "n1", []);
  await sink.settled();
  server.objects.delete(STATE);
  clock.advance(60_000);
  await settle();
  t.match(server.objects.get(STATE)?.["status"], { result: "Valid" });
  await sink.close();
  t.equal(clock.pending, 0);
});

t.test("a standby writes no verdict of the controller", async (t) => {
  const { sink, server, settle, fence } = api();
  fence.open = false;
  sink.configuration("controller", undefined, []);
  await settle();
  t.same(server.requests, []);
});

const DOWN = {
  type: "tor/BFDUp",
  status: "False",
  reason: "Down",
  message: "profile fast, 10.0.0.1: here Down (none), there Down (none)",
} as const;
const UP = { type: "tor/BFDUp", status: "True", reason: "Up", message: "profile fast, 10.0.0.1" } as const;

t.test(
  "what a speaker sees of its peers stands beside its verdict, and its time is that of its own change",
  async (t) => {
    const { sink, server, clock, settle } = api();
    sink.peers("n1", [DOWN]);
    await sink.settled();
    clock.advance(1000);
    t.same(server.requests, [], "nothing is said before there is a verdict");
    sink.configuration("speaker", "n1", []);
    await settle();
    clock.advance(29_000);
    sink.peers("n1", [UP]);
    await sink.settled();
    t.match(server.objects.get(STATE)?.["status"], {
      result: "Valid",
      conditions: [
        { type: "configReconcilerValid", lastTransitionTime: "2023-11-14T22:13:21Z" },
        { ...UP, lastTransitionTime: "2023-11-14T22:13:50Z" },
      ],
    });
    clock.advance(30_000);
    sink.peers("n1", []);
    await sink.settled();
    const status = server.objects.get(STATE)?.["status"] as { conditions: readonly unknown[] };
    t.equal(status.conditions.length, 1, "a peer that is not watched any more has none");
  },
);

t.test("a path that flaps costs one write a second, of the last that is known; nothing new costs none", async (t) => {
  const { sink, server, clock, settle } = api();
  sink.configuration("speaker", "n1", []);
  await sink.settled();
  for (let i = 0; i < 100; i++) {
    sink.peers("n1", [i % 2 === 0 ? DOWN : UP]);
    clock.advance(100);
    await settle();
  }
  t.ok(server.count("PATCH") <= 11, `${server.count("PATCH")} writes in 10 s`);
  clock.advance(1000);
  await settle();
  t.match(server.objects.get(STATE)?.["status"], { conditions: [{}, UP] });
  const before = server.count("PATCH");
  for (let i = 0; i < 5; i++) {
    sink.peers("n1", [UP]);
    clock.advance(1000);
    await settle();
  }
  t.equal(server.count("PATCH"), before);
});
