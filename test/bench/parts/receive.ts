/** (g) A router sends a million routes, again and again: the speaker's memory, and whether its KEEPALIVEs are on time. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import type { Bench } from "../report.ts";
import { updates } from "../sink/routes.ts";
import { startSink } from "../sink/sink.ts";
import { announceArguments } from "../speakers/herald.ts";
import { cpuSeconds, peakMiB, residentMiB } from "../usage.ts";

/** Seconds; the KEEPALIVE time is a third of it. */
const HOLD = 3;
/** Of a KEEPALIVE interval: timers draw 75 to 100 % of it, and the machine is shared. */
const LATE = 1_250;
/** How often the table is sent. */
const TABLES = 32;

export async function run(bench: Bench): Promise<void> {
  const count = bench.quick ? 1_000 : 1_000_000;
  const table = updates(64501, count);
  const first: number[] = [];
  const all: number[] = [];
  const cpu: number[] = [];
  const idle: number[] = [];
  const peakOnce: number[] = [];
  const peak: number[] = [];
  const gap: number[] = [];
  for (let round = 0; round < (bench.quick ? 1 : bench.runs); round++) {
    const arrivals: number[] = [];
    let established: ((socket: Socket) => void) | undefined;
    const up = new Promise<Socket>((resolve) => (established = resolve));
    const sink = await startSink({
      asn: 64501,
      holdTime: HOLD,
      onKeepalive(at, socket) {
        arrivals.push(at);
        established?.(socket);
      },
    });
    const where = { local: "127.0.0.1", peer: "127.0.0.1", port: sink.port, hold: HOLD };
    const child = spawn(process.execPath, announceArguments(0, where), { stdio: "ignore" });
    const pid = child.pid ?? 0;
    const socket = await up;
    idle.push(residentMiB(pid));
    const cpuBefore = cpuSeconds(pid);
    const began = performance.now();
    for (let sent = 0; sent < (bench.quick ? 1 : TABLES); sent++) {
      await write(socket, table);
      if (sent > 0) continue;
      first.push(performance.now() - began);
      peakOnce.push(peakMiB(pid));
    }
    all.push(performance.now() - began);
    cpu.push(cpuSeconds(pid) - cpuBefore);
    if (!bench.quick) await pause(HOLD * 1000);
    peak.push(peakMiB(pid));
    gap.push(Math.max(0, ...arrivals.slice(1).map((at, i) => at - (arrivals[i] ?? at))));
    child.kill();
    await once(child, "exit");
    sink.close();
  }
  const routes = count.toLocaleString("en");
  bench.note(`Hold time ${HOLD} s, so a KEEPALIVE is due every second; the table is sent ${TABLES} times.`);
  bench.record({ name: `${routes} routes taken`, unit: "ms", values: first });
  bench.record({ name: `${TABLES} times ${routes} routes taken`, unit: "ms", values: all });
  bench.record({ name: "CPU of all of them", unit: "s", values: cpu });
  bench.record({ name: "RSS before", unit: "MiB", values: idle });
  bench.record({ name: "peak RSS after the first table", unit: "MiB", values: peakOnce });
  bench.record({ name: "peak RSS at the end", unit: "MiB", values: peak });
  const limit = { atMost: LATE, counts: "max" } as const;
  bench.record({ name: "longest time between KEEPALIVEs", unit: "ms", values: gap, ...(!bench.quick && limit) });
}

/** Resolves when the kernel took it all: what is then on its way is no more than the socket's buffers. */
function write(socket: Socket, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
