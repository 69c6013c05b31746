/** (c) What one more peer costs that is told the same: the speaker alone, its connections taking all bytes at once. */
import { Speaker } from "@herald/bgp";
import type { Route } from "@herald/bgp";
import { collectGarbage } from "../measure.ts";
import { memoryHost } from "../memory-host.ts";
import type { Bench } from "../report.ts";
import { ipv4Hosts } from "../sink/routes.ts";

interface Cost {
  readonly milliseconds: number;
  readonly cpu: number;
}

/** From the routes being told to the last of them written to the last peer. */
async function serve(peers: number, routes: number): Promise<Cost> {
  const told = { bytes: 0 };
  let up = 0;
  let synced = 0;
  let turn: (() => void) | undefined;
  const speaker = new Speaker({
    host: memoryHost(told),
    onEvent(event) {
      if (event.type === "state" && event.to === "Established") up += 1;
      if (event.type === "synced") synced += 1;
      turn?.();
    },
  });
  const reached = (condition: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      turn = () => condition() && resolve();
      turn();
    });
  const names = Array.from({ length: peers }, (_, i) => `router-${i}`);
  const session = { remoteAddress: "10.0.0.1", remotePort: 179, localAs: 64500, remoteAs: 64501, bgpId: 11 };
  const more = { holdTime: 90, connectRetryTime: 5, families: { ipv4: true, ipv6: false } };
  speaker.setPeers(names.map((name) => ({ name, ...session, ...more })));
  await reached(() => up === peers);
  const attributes = {};
  const list: Route[] = ipv4Hosts(routes).map((prefix) => ({ prefix, attributes }));
  collectGarbage();
  const cpuBefore = process.cpuUsage();
  const began = performance.now();
  for (const name of names) speaker.setRoutes(name, list);
  await reached(() => synced === peers);
  const milliseconds = performance.now() - began;
  const { user, system } = process.cpuUsage(cpuBefore);
  if (told.bytes < peers * routes * 5) throw new Error("BUG: not all was written");
  await speaker.close({ mode: "withdraw" });
  return { milliseconds, cpu: (user + system) / 1000 };
}

export async function run(bench: Bench): Promise<void> {
  const routes = bench.quick ? 100 : 100_000;
  const most = bench.quick ? 4 : 64;
  const one: Cost[] = [];
  const many: Cost[] = [];
  for (let round = -2; round < bench.runs * 2; round++) {
    const [first, all] = [await serve(1, routes), await serve(most, routes)];
    if (round < 0) continue;
    one.push(first);
    many.push(all);
  }
  for (const [what, of] of [
    ["time", (cost: Cost) => cost.milliseconds],
    ["CPU", (cost: Cost) => cost.cpu],
  ] as const) {
    const first = one.map(of);
    const all = many.map(of);
    const further = all.map((value, i) => (100 * (value - (first[i] ?? NaN))) / (most - 1) / (first[i] ?? NaN));
    const title = `${routes.toLocaleString("en")} routes, ${what}`;
    bench.record({ name: `${title}: 1 peer`, unit: "ms", values: first });
    bench.record({ name: `${title}: ${most} peers`, unit: "ms", values: all });
    const target = bench.quick ? {} : { atMost: 5 };
    bench.record({ name: `${title}: a further peer`, unit: "% of the first", values: further, ...target });
  }
}
