/** (h) From the edit of a file to the UPDATE at the router: `herald run` on a folder, a sink on loopback. */
import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { endpointSlice, manifests, startAgent } from "../agent.ts";
import type { Bench } from "../report.ts";
import { startSink } from "../sink/sink.ts";

/** Between two edits, so that each is alone. */
const PAUSE = 20;

type Way = (path: string, text: string) => number;

/** Each answers when the edit began. */
const WAYS: Readonly<Record<string, Way>> = {
  "in place": (path, text) => {
    const began = performance.now();
    writeFileSync(path, text);
    return began;
  },
  renamed: (path, text) => {
    writeFileSync(`${path}.tmp`, text);
    const began = performance.now();
    renameSync(`${path}.tmp`, path);
    return began;
  },
};

export async function run(bench: Bench): Promise<void> {
  const rounds = bench.quick ? 2 : 200;
  let changes = 0;
  let heard: ((at: number) => void) | undefined;
  const sink = await startSink({
    asn: 64501,
    onData({ announced, withdrawn }, at) {
      if (announced + withdrawn === changes) return;
      changes = announced + withdrawn;
      heard?.(at);
    },
  });
  const nextChange = (): Promise<number> => new Promise((resolve) => (heard = resolve));
  const first = nextChange();
  const agent = startAgent({ files: manifests(sink.port), http: "off" });
  try {
    await first;
    const path = join(agent.folder, "slice.json");
    for (const [how, write] of Object.entries(WAYS)) {
      const taken: Record<"withdrawn" | "announced", number[]> = { withdrawn: [], announced: [] };
      for (let round = 0; round < rounds; round++) {
        for (const what of ["withdrawn", "announced"] as const) {
          await pause(PAUSE);
          const change = nextChange();
          const began = write(path, endpointSlice(what === "withdrawn" ? [] : ["n1"]));
          taken[what].push((await change) - began);
        }
      }
      for (const [what, values] of Object.entries(taken)) {
        bench.record({ name: `file ${how}: route ${what}`, unit: "ms", values, atMost: 20, counts: "p99" });
      }
    }
  } finally {
    await agent.stop();
    sink.close();
  }
}
