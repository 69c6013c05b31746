/** Weighted ECMP (RFC 10005): how a router's kernel spreads a client's requests over nodes with 1, 2 and 3 pods. */
import t from "tap";
import { NODES } from "../demo/cluster.ts";
import { until } from "../lab/index.ts";
import type { LabNode } from "../lab/index.ts";
import { cluster, isRoot, logs, lost, spread, weights } from "./cluster.ts";
import { ADDRESS, endpoints, network } from "./manifests.ts";

const REQUESTS = 12_000;

/** What each node has of the whole, by name. */
function shares(counts: Readonly<Record<string, number>>): Record<string, number> {
  const sum = Object.values(counts).reduce((a, b) => a + b, 0);
  return Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, count / sum]));
}

/** By name of node: one, two and three sixths. */
const WANTED = new Map(NODES.map((name, index) => [name, (index + 1) / 6]));

function near(share: number | undefined, wanted: number): boolean {
  return share !== undefined && Math.abs(share - wanted) <= wanted / 10;
}

/** The shares of the next hops in a router's kernel, by name of node. */
async function kernelShares(router: LabNode): Promise<Record<string, number>> {
  const byAddress = await weights(router);
  return shares(Object.fromEntries(NODES.map((name, index) => [name, byAddress[`10.0.0.${11 + index}`] ?? 0])));
}

if (isRoot(t)) {
  t.test("nodes with 1, 2 and 3 endpoints get 1/6, 2/6 and 3/6 of the requests", async (t) => {
    const files = {
      "network.yaml": network({ weightByEndpoints: "transitive" }),
      "endpoints.yaml": endpoints(1, 2, 3),
    };
    const one = await cluster(t, files);
    await one.allocated(["web"]);
    await one.serve([ADDRESS]);
    await spread(one, 3);
    const kernel = await kernelShares(one.lab.node("tor1"));
    t.comment(`weights in the kernel of tor1: ${JSON.stringify(await weights(one.lab.node("tor1")))}`);
    const { answers, failures } = await one.requests(ADDRESS, REQUESTS).answers;
    t.comment(`answers: ${JSON.stringify(answers)}`);
    t.same(failures, []);
    for (const [name, wanted] of WANTED) {
      t.ok(near(kernel[name], wanted), `${name} has a weight of ${wanted.toFixed(3)} within 10 %`);
      t.ok(near(shares(answers)[name], wanted), `${name} answered ${wanted.toFixed(3)} of the requests within 10 %`);
    }
  });

  t.test("a bandwidth that is to stay within the AS weighs at a neighbour in another AS too", async (t) => {
    const files = {
      "network.yaml": network({ weightByEndpoints: "non-transitive" }),
      "endpoints.yaml": endpoints(1, 2, 3),
    };
    const one = await cluster(t, files);
    await spread(one, 3);
    const kernel = await kernelShares(one.lab.node("tor1"));
    for (const [name, wanted] of WANTED)
      t.ok(near(kernel[name], wanted), `${name} has ${wanted.toFixed(3)} within 10 %`);
  });

  t.test("the weights follow the endpoints: no route goes, no request is lost", async (t) => {
    const files = {
      "network.yaml": network({ weightByEndpoints: "transitive" }),
      "endpoints.yaml": endpoints(1, 1, 1),
    };
    const one = await cluster(t, files);
    await one.allocated(["web"]);
    await one.serve([ADDRESS]);
    await spread(one, 3);
    const tor1 = one.lab.node("tor1");
    await using changes = await tor1.watchRoutes();
    const client = one.requests(ADDRESS, 0);
    await until("a first answer", () => client.task.output().includes("answered") || undefined);
    one.write("endpoints.yaml", endpoints(4, 1, 1));
    await until(
      "other weights",
      async () => {
        const now = shares(await weights(tor1));
        return Math.abs((now["10.0.0.11"] ?? 0) - 4 / 6) < 0.05 || undefined;
      },
      { seen: () => logs(one) },
    );
    await client.task.stop();
    const { answers, failures } = await client.answers;
    t.comment(`answers: ${JSON.stringify(answers)}`);
    t.same(lost(failures), [], "no request is lost");
    t.equal(
      changes.find(new RegExp(`^Deleted ${ADDRESS.replaceAll(".", "\\.")}`)),
      undefined,
      "no route left the kernel",
    );
  });
}
