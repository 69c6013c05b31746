import { join } from "node:path";
import t from "tap";
import { until } from "../lab/index.ts";
import type { LabNode } from "../lab/index.ts";
import { isRoot, pair } from "./pair.ts";

const EXAMPLE = join(import.meta.dirname, "..", "..", "bgp", "examples", "announce.ts");
const COUNT = 1_000;

/** How many prefixes FRR has from the speaker; undefined: the session is down. */
async function received(router: LabNode): Promise<number | undefined> {
  const summary = (await router.vtyshJson("show bgp ipv4 unicast summary json")) as {
    peers?: Record<string, { state: string; pfxRcd: number }>;
  };
  const peer = summary.peers?.["10.0.0.11"];
  return peer?.state === "Established" ? peer.pfxRcd : undefined;
}

if (isRoot(t)) {
  t.test(`the library's example announces ${COUNT} routes to FRR and withdraws them at its end`, async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    const addresses = ["--local", "10.0.0.11", "--peer", "10.0.0.1", "--local-as", "64500", "--remote-as", "64501"];
    const task = speaker.spawn(process.execPath, [EXAMPLE, ...addresses, "--count", String(COUNT)]);
    const seen = { seen: () => task.output() };
    await until(`${COUNT} routes`, async () => ((await received(router)) === COUNT ? true : undefined), seen);
    const route = (await router.vtyshJson("show bgp ipv4 unicast 172.16.0.0/32 json")) as { paths: readonly unknown[] };
    t.match(route.paths, [
      { aspath: { string: "64500" }, origin: "IGP", nexthops: [{ ip: "10.0.0.11", accessible: true }] },
    ]);
    await until("the routes in the kernel", async () => ((await router.routes()).length > COUNT ? true : undefined));

    const code = await task.stop();
    await until("the session to end", async () => ((await received(router)) === undefined ? true : undefined));
    t.equal(code, 0);
    await until("the kernel to forget the routes", async () =>
      (await router.routes()).every(({ dst }) => !dst.startsWith("172.")) ? true : undefined,
    );
    t.pass("nothing is left in the router");
  });
}
