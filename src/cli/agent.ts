/** `herald controller`, `speaker` and `run`: makes the roles, keeps them until a signal, ends them in order. */
import { Controller } from "../controller.ts";
import { ProblemLog } from "../problem-log.ts";
import { Speaker } from "../speaker.ts";
import { World } from "../world.ts";
import { backendOf } from "./backend-options.ts";
import type { AgentOptions } from "./options.ts";
import { Exit } from "./system.ts";
import type { System } from "./system.ts";
import { VERSION } from "./version.ts";
import { Watched } from "./watched.ts";

export interface Roles {
  readonly controller: boolean;
  readonly speaker: boolean;
}

type Close = () => Promise<void>;

/** Runs until `system.stop` is aborted, or until another controller has taken over the state folder. */
export async function runAgent(command: string, roles: Roles, options: AgentOptions, system: System): Promise<Exit> {
  const log = await system.log({ level: options.logLevel, format: options.logFormat });
  log.info("starting", { command, version: VERSION });
  const lost = new AbortController();
  const closers = new Closers();
  try {
    const ending = aborted(system.stop, lost.signal);
    // A signal also ends a start that takes too long.
    await Promise.race([start(roles, options, system, { log, closers, lost: (why) => lost.abort(why) }), ending]);
    const { reason } = await ending;
    log.info("stopping", { reason: String(reason) });
    return lost.signal.aborted ? Exit.Failure : Exit.Ok;
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
  /** This process may no longer go on as the controller. */
  readonly lost: (reason: string) => void;
}

async function start(
  roles: Roles,
  options: AgentOptions,
  system: System,
  { log, closers, lost }: Running,
): Promise<void> {
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
  const sink = await system.status({ state, log });
  closers.add(() => sink.close());
  const takers: Pick<Speaker, "take">[] = [problems];

  if (roles.controller) {
    const allocator = lbClass === undefined ? {} : { loadBalancerClass: lbClass };
    const controller = new Controller({ world, sink, log, allocator, timed: watched.timed("controller") });
    watched.controller = controller;
    takers.push(controller);
    waiting.set("controller", () => controller.ready);
    const lease = await system.lease({ state, log, lead: () => controller.lead(), lost });
    closers.add(() => lease.release());
  }
  if (roles.speaker) {
    const { nodeName = "", ignoreExcludeLb: ignoreExcludeLabel, onStop } = options;
    const backend = await system.backend(backendOf(options, nodeName), options, log);
    const classes = lbClass === undefined ? {} : { loadBalancerClass: lbClass };
    const speaker = new Speaker({
      nodeName,
      world,
      sink,
      backend,
      log,
      ignoreExcludeLabel,
      timed: watched.timed("speaker"),
      ...classes,
    });
    watched.speaker = {
      announcement: (service) => speaker.announcement(service),
      routes: () => speaker.routes(),
      status: () => backend.status(),
    };
    closers.add(() => {
      speaker.stop();
      return backend.close(onStop);
    });
    takers.push(speaker);
    waiting.set("speaker", () => speaker.ready);
  }

  const source = await system.source({ config, state });
  closers.add(() => source.close());
  await source.start((event) => {
    const changes = world.apply(event);
    for (const taker of takers) taker.take(changes);
  });
  log.info("source synced", { source: config, objects: world.size });
}

/** The first of the signals that is aborted. */
function aborted(...signals: readonly AbortSignal[]): Promise<AbortSignal> {
  return new Promise((resolve) => {
    for (const signal of signals) {
      if (signal.aborted) resolve(signal);
      else signal.addEventListener("abort", () => resolve(signal), { once: true });
    }
  });
}
