/**
 * `make soak`: that a busy machine makes no peer look dead. 20 sessions at 50 ms x 3 for an hour (SECONDS=600 for less)
 * while one main thread plans 10,000 Services in a loop and every core is loaded; then 200 sessions at 100 ms x 3.
 * Ends with 1 when a session was lost.
 */
import { soak } from "./soak-lab.ts";
import type { SoakOptions } from "./soak-lab.ts";

const seconds = Number(process.env["SECONDS"] ?? 3600);
const RUNS: readonly SoakOptions[] = [
  { sessions: 20, interval: 50, seconds, load: true },
  { sessions: 20, interval: 50, seconds: Math.min(60, seconds), load: true, echo: true },
  { sessions: 200, interval: 100, seconds: Math.min(60, seconds), load: false },
  { sessions: 200, interval: 100, seconds: Math.min(60, seconds), load: true },
];

for (const run of RUNS) {
  const { sessions, interval, load, echo = false } = run;
  process.stdout.write(
    `\n${sessions} sessions at ${interval} ms x 3, ${run.seconds} s${echo ? ", with echo" : ""}${load ? ", every core loaded" : ""}\n`,
  );
  const hosts = await soak(run);
  for (const [i, host] of hosts.entries()) {
    const { up, failures, received, echoes, fired, p99, p9999, worst, scheduling, cpu } = host;
    const late = [p99, p9999, worst].map((time) => `${time.toFixed(2)} ms`);
    process.stdout.write(
      `  ${i === 0 && load ? "busy host" : "host"}: ${up} up, ${failures} lost, ${received} packets, ${echoes} echoes, ${scheduling}\n` +
        `    ${fired} timers, late by 99 % ${late[0]}, 99.99 % ${late[1]}, worst ${late[2]}; ${(cpu * 100).toFixed(1)} % of a core\n`,
    );
    if (up !== sessions || failures > 0) process.exitCode = 1;
  }
}
