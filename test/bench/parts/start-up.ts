/** (f) From the start of `herald run` to the first 200 of /readyz, and what it takes idle: from source and bundled. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { manifests, startAgent } from "../agent.ts";
import type { Bench } from "../report.ts";
import { startSink } from "../sink/sink.ts";
import { peakMiB, residentMiB } from "../usage.ts";

const root = join(import.meta.dirname, "../../..");
/** After it is ready, until its memory is looked at. */
const SETTLE = 2_000;
const PATIENCE = 20_000;

interface Way {
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  readonly atMost: { readonly ready: number; readonly idle: number };
}

export async function run(bench: Bench): Promise<void> {
  const cache = mkdtempSync(join(tmpdir(), "herald-bench-cache-"));
  const sink = await startSink({ asn: 64501 });
  try {
    const ways: Way[] = [{ name: "from source", env: { XDG_CACHE_HOME: cache }, atMost: { ready: 400, idle: 100 } }];
    if (!bench.quick) {
      spawnSync(process.execPath, [join(root, "bin/bundle.js")], { stdio: ["ignore", "ignore", "inherit"] });
      const env = { XDG_CACHE_HOME: cache, HERALD_BUNDLE: join(root, "dist") };
      ways.push({ name: "bundled", env, atMost: { ready: 400, idle: 85 } });
    }
    const measured = ways.map((way) => ({ way, ready: [] as number[], idle: [] as number[], peak: [] as number[] }));
    // The first round fills the compile cache and does not count.
    for (let round = bench.quick ? 0 : -1; round < (bench.quick ? 1 : bench.runs * 2); round++) {
      for (const { way, ready, idle, peak } of measured) {
        const one = await start(way, sink.port, bench.quick || round < 0 ? 300 : SETTLE);
        if (round < 0) continue;
        ready.push(one.ready);
        idle.push(one.idle);
        peak.push(one.peak);
      }
    }
    for (const { way, ready, idle, peak } of measured) {
      bench.record({ name: `${way.name}, ready`, unit: "ms", values: ready, atMost: way.atMost.ready });
      bench.record({ name: `${way.name}, idle RSS`, unit: "MiB", values: idle, atMost: way.atMost.idle });
      bench.record({ name: `${way.name}, peak RSS`, unit: "MiB", values: peak });
    }
  } finally {
    sink.close();
    rmSync(cache, { recursive: true, force: true });
  }
}

async function start(
  { env }: Way,
  peerPort: number,
  settle: number,
): Promise<{ readonly ready: number; readonly idle: number; readonly peak: number }> {
  const port = await freePort();
  const began = performance.now();
  const agent = startAgent({ files: manifests(peerPort), http: `127.0.0.1:${port}`, env });
  try {
    while ((await statusOf(port)) !== 200) {
      if (performance.now() - began > PATIENCE) throw new Error("herald does not become ready");
      await pause(2);
    }
    const ready = performance.now() - began;
    await pause(settle);
    return { ready, idle: residentMiB(agent.pid), peak: peakMiB(agent.pid) };
  } finally {
    await agent.stop();
  }
}

/** Undefined: nobody listens there yet. */
function statusOf(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const asked = request({ host: "127.0.0.1", port, path: "/readyz", agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    asked.on("error", () => resolve(undefined));
    asked.end();
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
