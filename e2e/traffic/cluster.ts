/** A lab of a test's own with Herald on three nodes, two routers before them and a client behind. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Test } from "tap";
import { Cluster } from "../demo/cluster.ts";
import { Lab, until } from "../lab/index.ts";
import type { KernelRoute, LabNode } from "../lab/index.ts";
import { ADDRESS } from "./manifests.ts";

const TOPOLOGY = join(import.meta.dirname, "..", "..", "deploy", "clab", "demo.clab.yml");

/** False: the tests of this file are skipped, with the reason. */
export function isRoot(t: Test): boolean {
  t.setTimeout(180_000);
  if (process.getuid?.() === 0) return true;
  t.plan(0, "needs root: a lab is made of network namespaces");
  return false;
}

/** Starts Herald on these manifests, by file name. */
export async function cluster(t: Test, files: Readonly<Record<string, string>>): Promise<Cluster> {
  const lab = await Lab.up(TOPOLOGY, { tell: (sentence) => t.comment(sentence) });
  t.teardown(() => lab.down());
  const manifests = join(lab.folder, "manifests");
  mkdirSync(manifests);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(manifests, name), text);
  return new Cluster(lab, manifests, () => []);
}

/** What the speakers say, for the message of a wait that fails. */
export function logs({ speakers }: Cluster): string {
  return Array.from(speakers, ([name, task]) => `${name}: ${task.output()}`).join("\n");
}

/** The route of the Service in the kernel of a router. */
export async function serviceRoute(router: LabNode): Promise<KernelRoute | undefined> {
  return (await router.routes()).find(({ dst }) => dst === ADDRESS);
}

/** The weights of the nodes' next hops, by address; one next hop alone has none. */
export async function weights(router: LabNode): Promise<Record<string, number>> {
  const { gateway, nexthops = [{ gateway, weight: 1 }] } = (await serviceRoute(router)) ?? { nexthops: [] };
  return Object.fromEntries(nexthops.map((hop) => [hop.gateway ?? "", hop.weight ?? 1]));
}

/** Waits until the kernels of both routers have a route with this many next hops. */
export async function spread(one: Cluster, count: number): Promise<void> {
  for (const name of ["tor1", "tor2"]) {
    await until(
      `${count} next hops in ${name}`,
      async () => Object.keys(await weights(one.lab.node(name))).length === count || undefined,
      { seen: () => logs(one) },
    );
  }
}

/**
 * The requests that no node took. One connection is open at a time, and when a router changes its next hops the kernel may
 * move it to another node, which resets it: with two routers two of them at most.
 */
export function lost(failures: readonly string[]): readonly string[] {
  const resets = failures.filter((failure) => failure.includes("ECONNRESET"));
  return resets.length <= 2 ? failures.filter((failure) => !resets.includes(failure)) : failures;
}
