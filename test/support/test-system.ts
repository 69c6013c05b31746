/** What commands need of the world, with what they print kept and a backend in memory. */
import { FakeBackend } from "../../src/backend/fake/index.ts";
import { gobgpSupports } from "../../src/backend/gobgp/index.ts";
import { nativeSupports } from "../../src/backend/native/index.ts";
import { UsageError } from "../../src/cli/system.ts";
import type { System } from "../../src/cli/system.ts";
import type { Route } from "../../src/net/http.ts";
import { systemClock } from "../../src/net/clock.ts";
import { directorySource } from "../../src/source/directory/index.ts";
import { folderSinks } from "../../src/status/index.ts";
import { existsSync } from "node:fs";
import { recordingLog } from "./recording-log.ts";

export interface TestSystem extends System {
  readonly printed: { out: string; err: string };
  readonly records: Record<string, unknown>[];
  readonly fake: FakeBackend;
  /** The routes that were served over HTTP. */
  readonly routes: Record<string, Route>;
  /** What the process was told to end with. */
  end(reason: string): void;
}

export function testSystem(env: Readonly<Record<string, string>> = {}, input = ""): TestSystem {
  const printed = { out: "", err: "" };
  const { log, records } = recordingLog();
  const backend = new FakeBackend();
  const stop = new AbortController();
  const routes: Record<string, Route> = {};
  return {
    printed,
    records,
    fake: backend,
    routes,
    stop: stop.signal,
    end: (reason) => stop.abort(reason),
    out: (text) => {
      printed.out += text;
    },
    write: (bytes) => {
      printed.out += Buffer.from(bytes).toString("latin1");
    },
    err: (text) => {
      printed.err += text;
    },
    input: () => Promise.resolve(input),
    env: (name) => env[name],
    log: () => Promise.resolve(log),
    source({ config }) {
      if (!existsSync(config)) return Promise.reject(new UsageError(`${config} is not there`));
      return Promise.resolve(directorySource({ config, clock: systemClock }));
    },
    place(where) {
      if (where.type === "cluster") return Promise.reject(new Error("there is no cluster here"));
      const { config, state } = where;
      if (!existsSync(config)) return Promise.reject(new UsageError(`${config} is not there`));
      return Promise.resolve({
        name: config,
        source: (stateLost) => directorySource({ config, state, clock: systemClock, stateLost }),
        sinks: folderSinks({ folder: state, clock: systemClock, log }),
        lease({ lead }) {
          queueMicrotask(lead);
          return { release: () => Promise.resolve() };
        },
        close: () => undefined,
      });
    },
    look: () => Promise.reject(new Error("there is no cluster here")),
    lastRun: () => Promise.resolve({ restarted: false, forwarding: false, forget: () => Promise.resolve() }),
    backend: () => Promise.resolve(backend),
    features: (name) =>
      Promise.resolve(name === "gobgp" ? gobgpSupports : nativeSupports({ md5: true, ttl: true, device: true })),
    http(options) {
      Object.assign(routes, options.routes);
      return Promise.resolve({ close: () => Promise.resolve() });
    },
    /** Asks the agent that this system runs. */
    async get({ path }) {
      const { pathname, searchParams } = new URL(path, "http://agent");
      const reply = await routes[pathname]?.(searchParams);
      if (reply === undefined) throw new Error("connect ECONNREFUSED");
      return reply;
    },
    healthChecks: () => Promise.resolve({ clock: systemClock, ask: () => Promise.resolve(undefined) }),
    now: () => 0,
    timers: systemClock,
    process: () => ({ cpuSeconds: 0.25, residentBytes: 1e6, startTime: 1_800_000_000 }),
  };
}
