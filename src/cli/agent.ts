/** `herald controller`, `speaker` and `run`: makes the roles, keeps them until a signal, ends them in order. */
import { ProblemLog } from "../problem-log.ts";
import { Speaker } from "../speaker.ts";
import { World } from "../world.ts";
import { leaveFor } from "./leave.ts";
import type { AgentOptions } from "./options.ts";
import { Exit } from "./system.ts";
import type { System } from "./system.ts";
import { Terms } from "./terms.ts";
import { VERSION } from "./version.ts";
import { Watched } from "./watched.ts";

export interface Roles {
  readonly controller: boolean;
  readonly speaker: boolean;
}

type Close = () => Promise<void>;

/** Runs until `system.stop` is aborted. */
export async function runAgent(command: string, roles: Roles, options: AgentOptions, system: System): Promise<Exit> {
  const log = await system.log({ level: options.logLevel, format: options.logFormat });
  log.info("starting", { command, version: VERSION });
  const closers = new Closers();
  try {
    const ending = aborted(system.stop);
    // A signal also ends a start that takes too long.
    await Promise.race([start(roles, options, system, { log, closers }), ending]);
    await ending;
    log.info("stopping", { reason: String(system.stop.reason) });
    return Exit.Ok;
  } finally {
    await closers.close();
  }
}

/** What to end, the last first. Whatever begins after that is ended at once. */
class Closers {
  readonly #closers: Close[] = [];
  #closed = false;

  get closed(): boolean {
    return this.#closed;
  }

  add(close: Close): void {
    if (this.#closed) void close();
    else this.#closers.push(close);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const close of this.#closers.toReversed()) await close();
  }
}

interface Running {
  readonly log: Awaited<ReturnType<System["log"]>>;
  readonly closers: Closers;
}

async function start(roles: Roles, options: AgentOptions, system: System, { log, closers }: Running): Promise<void> {
  const { config, state, lbClass } = options;
  const world = new World();
  const problems = new ProblemLog(world, log);
  const waiting = new Map<string, () => boolean>([["source", () => world.synced]]);
  const watched = new Watched(roles, options, system, world, waiting);
  if (options.http !== "off") {
    const { agentRoutes } = await import("../http/index.ts");
    const http = await system.http({ ...options.http, log, routes: agentRoutes(() => watched.observe()) });
    closers.add(() => http.close());
  }
  const takers: Pick<Speaker, "take">[] = [problems];
  const classes = lbClass === undefined ? {} : { loadBalancerClass: lbClass };
  const sinks = await system.status({ state, log });
  const terms = new Terms({ system, sinks, state, log, world, timed: watched.timed("controller"), ...classes });

  if (roles.controller) {
    watched.controller = () => terms.observed;
    takers.push(terms);
    waiting.set("controller", () => terms.ready);
    closers.add(() => terms.close());
    await terms.begin();
  }
  if (roles.speaker) {
    const sink = sinks();
    closers.add(() => sink.close());
    const { nodeName = "", backend: name, frrVty, ignoreExcludeLb: ignoreExcludeLabel } = options;
    const lastRun = await system.lastRun({ state, nodeName, log });
    const backend = await system.backend({ name, frrVty, log, lastRun });
    const speaker = new Speaker({
      nodeName,
      world,
      sink,
      backend,
      log,
      ignoreExcludeLabel,
      drain: { wait: options.drainTime * 1000, timers: system.timers },
      drainOnCordon: options.drainOnCordon,
      healthChecks: await system.healthChecks(),
      timed: watched.timed("speaker"),
      ...classes,
    });
    watched.speaker = {
      announcement: (service) => speaker.announcement(service),
      routes: () => speaker.routes(),
      status: () => backend.status(),
    };
    closers.add(async () => {
      const signal = system.stop.aborted ? String(system.stop.reason) : "";
      const { leave, text } = leaveFor(options.onStop, signal, nodeName, speaker.leaving);
      if (leave === "drain") await speaker.leave();
      speaker.stop();
      await backend.close(leave === "keep" ? "keep" : "withdraw", text);
      // Nothing is left that a next run could take up again.
      if (leave !== "keep") await lastRun.forget();
    });
    takers.push(speaker);
    waiting.set("speaker", () => speaker.ready);
  }

  const source = await system.source({ config, state, stateLost: (service) => terms.restore(service) });
  closers.add(() => source.close());
  await source.start((event) => {
    const changes = world.apply(event);
    for (const taker of takers) taker.take(changes);
  });
  log.info("source synced", { source: config, objects: world.size });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
