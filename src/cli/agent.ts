/** `herald controller`, `speaker` and `run`: makes the roles, keeps them until a signal, ends them in order. */
import { ProblemLog } from "../problem-log.ts";
import { Speaker } from "../speaker.ts";
import { WireTimes } from "../wire-times.ts";
import { World } from "../world.ts";
import { backendOf } from "./backend-options.ts";
import { leaveFor } from "./leave.ts";
import { withoutEffect } from "./metallb-flags.ts";
import type { AgentOptions, HttpAddress } from "./options.ts";
import { Exit } from "./system.ts";
import type { Roles, System, Where } from "./system.ts";
import { Terms } from "./terms.ts";
import { VERSION } from "./version.ts";
import { Watched } from "./watched.ts";
import { whereOf } from "./where.ts";

type Close = () => Promise<void>;

/** Runs until `system.stop` is aborted. */
export async function runAgent(command: string, roles: Roles, options: AgentOptions, system: System): Promise<Exit> {
  const where = whereOf(options, system);
  const log = await system.log({ level: options.logLevel, format: options.logFormat });
  log.info("starting", { command, version: VERSION });
  const unused = withoutEffect(roles.speaker ? "speaker" : "controller", { ...options });
  if (unused.length > 0) log.info("options of MetalLB without effect here", { options: unused });
  const closers = new Closers();
  try {
    const ending = aborted(system.stop);
    // A signal also ends a start that takes too long.
    await Promise.race([start(roles, where, options, system, { log, closers }), ending]);
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

async function start(
  roles: Roles,
  where: Where,
  options: AgentOptions,
  system: System,
  { log, closers }: Running,
): Promise<void> {
  const { lbClass } = options;
  const hidden = where.type === "cluster" && !roles.speaker;
  const world = new World(hidden ? { secrets: "unseen" } : {});
  const problems = new ProblemLog(world, log);
  const waiting = new Map<string, () => boolean>([["source", () => world.synced]]);
  const watched = new Watched(roles, options, system, world, waiting);
  for (const address of addressesOf(options)) {
    const { agentRoutes } = await import("../http/index.ts");
    const routes = agentRoutes(
      () => watched.observe(),
      () => watched.refresh(),
    );
    const http = await system.http({ ...address, log, routes });
    closers.add(() => http.close());
  }
  const takers: Pick<Speaker, "take">[] = [problems];
  const classes = lbClass === undefined ? {} : { loadBalancerClass: lbClass };
  const { podName } = options;
  const place = await system.place(where, { roles, world, log, ...(podName !== undefined && { podName }) });
  closers.add(() => Promise.resolve(place.close()));
  watched.api = place.api;
  const terms = new Terms({ place, log, world, timed: watched.timed("controller"), ...classes });

  if (roles.controller) {
    if (options.webhookMode !== "onlywebhook") {
      watched.controller = () => terms.observed;
      takers.push(terms);
      waiting.set("controller", () => terms.ready);
      closers.add(() => terms.close());
      terms.begin();
    }
    const webhook = webhookOf(options);
    if (webhook !== undefined && place.admission !== undefined) {
      const { webhookSecret: secret, certServiceName: service } = options;
      const admission = place.admission({ ...webhook, secret, service });
      closers.add(() => admission.close());
    }
  }
  if (roles.speaker) {
    const sink = place.sinks();
    closers.add(() => sink.close());
    const { nodeName = "", state, ignoreExcludeLb: ignoreExcludeLabel } = options;
    const lastRun = await system.lastRun({ ...(state === undefined ? {} : { state }), nodeName, log });
    const wire = new WireTimes(() => system.now());
    const spoken = await system.backend({
      name: backendOf(options, nodeName),
      daemons: options,
      log,
      lastRun,
      ...(options.bgpListen !== "off" && { listen: options.bgpListen }),
      ...(options.bmp !== undefined && { bmp: { ...options.bmp, name: nodeName, description: `herald ${VERSION}` } }),
    });
    const backend = wire.around(spoken);
    const speaker = new Speaker({
      nodeName,
      world,
      sink,
      backend,
      log,
      ignoreExcludeLabel,
      drain: { wait: options.drainTime * 1000, timers: system.timers },
      drainOnCordon: options.drainOnCordon,
      resumes: lastRun.restarted && lastRun.forwarding,
      healthChecks: await system.healthChecks(),
      timed: watched.timed("speaker"),
      ...classes,
    });
    watched.speaker = {
      announcement: (service) => speaker.announcement(service),
      routes: () => speaker.routes(),
      status: () => backend.status(),
      refresh: async () => backend.refresh?.(),
      ...(backend.glass !== undefined && { glass: backend.glass }),
    };
    closers.add(async () => {
      const signal = system.stop.aborted ? String(system.stop.reason) : "";
      const own = options.onStop === "auto" && signal === "SIGTERM" ? await place.ownPod?.() : undefined;
      const nodeLabels = world.nodes.get(nodeName)?.labels;
      const ending = { signal, nodeLeaving: speaker.leaving, nodeLabels, own };
      const { leave, text } = leaveFor(options.onStop, nodeName, ending);
      log.info("leaving", { how: leave, reason: text });
      if (leave === "drain") await speaker.leave();
      speaker.stop();
      await backend.close(leave === "keep" ? "keep" : "withdraw", text);
      // Nothing is left that a next run could take up again.
      if (leave !== "keep") await lastRun.forget();
    });
    watched.wire = wire;
    takers.push(wire, speaker);
    waiting.set("speaker", () => speaker.ready);
  }

  const source = place.source((service) => terms.restore(service));
  closers.add(() => source.close());
  await source.start((event) => {
    const changes = world.apply(event);
    for (const taker of takers) taker.take(changes);
  });
  log.info("source synced", { source: place.name, objects: world.size });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

/** Where to answer HTTP. */
function addressesOf({ http, port = 0, healthProbePort = 0 }: AgentOptions): readonly HttpAddress[] {
  const ports = [port, healthProbePort].filter((each) => each !== 0);
  return [...(http === "off" ? [] : [http]), ...ports.map((each) => ({ host: "", port: each }))];
}

/** Where to serve the webhook, if at all. */
function webhookOf({ webhook = "off", webhookMode }: Partial<AgentOptions>): HttpAddress | undefined {
  if (webhookMode === "disabled") return undefined;
  if (webhook !== "off") return webhook;
  return webhookMode === undefined ? undefined : { host: "", port: 9443 };
}
