/**
 * The flow from objects to routers, a folder a scenario: test/data/scenarios/NAME/NN-input.yaml is applied, and what each
 * arrow of the flow then holds is compared with NN-expected.yaml. UPDATE_GOLDEN=1 rewrites the expectations.
 * An input is Kubernetes objects; a document `delete: [{kind, namespace, name}]` takes some away again.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { parseAllDocuments } from "yaml";
import type { FakeCall } from "../../src/backend/fake/index.ts";
import { formatPrefix } from "../../src/model/address.ts";
import { formatProblem } from "../../src/model/problem.ts";
import { matchesGolden, readable } from "../support/golden.ts";
import { MemoryCluster } from "../support/memory-cluster.ts";
import type { Written } from "../support/objects.ts";

const SCENARIOS = join(import.meta.dirname, "../data/scenarios");

interface Deletion {
  readonly delete: readonly {
    readonly kind: string;
    readonly group?: string;
    readonly namespace?: string;
    readonly name: string;
  }[];
}

async function apply(cluster: MemoryCluster, file: string): Promise<void> {
  for (const document of parseAllDocuments(readFileSync(file, "utf8"))) {
    const value = document.toJS() as Written | Deletion;
    if ("kind" in value) await cluster.apply(value);
    else
      for (const { group = "", namespace = "", ...ref } of value.delete)
        await cluster.delete({ group, namespace, ...ref });
  }
}

/** What each arrow holds, in the order of the flow. */
function stages(cluster: MemoryCluster): unknown {
  const { world, controller } = cluster;
  return {
    problems: world.problems.map((problem) => `${problem.severity}: ${formatProblem(problem)}`),
    config: {
      pools: [...world.config.pools.keys()],
      peers: [...world.config.peers.keys()],
      advertisements: world.config.bgpAdvertisements.map(
        ({ name, pools }) => `${name}: ${[...pools].sort().join(", ")}`,
      ),
    },
    allocated: controller.ready ? sorted(cluster.statuses) : "not yet",
    plan: sorted(Array.from(cluster.announcements, ([key, { peers, reasons }]) => [key, { peers, reasons }] as const)),
    told: Object.fromEntries(
      Array.from(cluster.backends, ([node, backend]) => [node, backend.calls.splice(0).map(callText)]),
    ),
    routers: Object.fromEntries(
      Array.from(cluster.backends.keys(), (node) => [
        node,
        Object.fromEntries(Array.from(world.config.peers.keys(), (peer) => [peer, cluster.table(node, peer)])),
      ]),
    ),
  };
}

function sorted<V>(entries: Iterable<readonly [string, V]>): Record<string, V> {
  return Object.fromEntries([...entries].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function callText(call: FakeCall): string {
  if (call.type === "apply") {
    return `apply ${call.desired.peers.map(({ peer, routes }) => `${peer.name}: ${routes.length}`).join(", ")}`;
  }
  const changes = call.changes.map(({ peer, set, withdraw }) => {
    const parts = [
      ...set.map(({ prefix }) => `+${formatPrefix(prefix)}`),
      ...withdraw.map((prefix) => `-${formatPrefix(prefix)}`),
    ];
    return `${peer}: ${parts.join(" ")}`;
  });
  return `update ${changes.join(", ")}`;
}

for (const scenario of readdirSync(SCENARIOS)) {
  t.test(scenario, async (t) => {
    const cluster = new MemoryCluster(["n1", "n2"]);
    const inputs = readdirSync(join(SCENARIOS, scenario))
      .filter((name) => name.endsWith("-input.yaml"))
      .sort();
    for (const [index, input] of inputs.entries()) {
      await apply(cluster, join(SCENARIOS, scenario, input));
      if (index === 0) await cluster.synced();
      matchesGolden(t, `scenarios/${scenario}/${input.replace("input", "expected")}`, readable(stages(cluster)));
    }
  });
}
