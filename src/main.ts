/**
 * The composition root: the only file that reads arguments and environment, and the only one that makes real clocks,
 * sockets and files. What a command does not need is not loaded.
 */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { hostname, uptime } from "node:os";
import { runCli } from "./cli/program.ts";
import { UsageError } from "./cli/system.ts";
import type { System } from "./cli/system.ts";
import type { NativeOptions } from "./backend/native/index.ts";
import { systemClock } from "./net/clock.ts";

/** Aborted by the first signal; a second one ends the process at once. */
function stopSignal(): AbortSignal {
  const controller = new AbortController();
  const take = (signal: NodeJS.Signals): void => {
    if (controller.signal.aborted) process.exit(128 + (signal === "SIGINT" ? 2 : 15));
    controller.abort(signal);
  };
  process.on("SIGTERM", take);
  process.on("SIGINT", take);
  return controller.signal;
}

const system: System = {
  out: (text) => process.stdout.write(text),
  write: (bytes) => process.stdout.write(bytes),
  err: (text) => process.stderr.write(text),
  input: async () => (process.stdin.isTTY ? "" : (await import("node:stream/consumers")).text(process.stdin)),
  env: (name) => process.env[name] || undefined,
  stop: stopSignal(),

  async log({ level, format }) {
    const { createLogger, defaultFormat } = await import("./log/index.ts");
    return createLogger({ level, format: format ?? defaultFormat(process.stderr.isTTY) });
  },

  async source({ config, state }) {
    if (!existsSync(config)) throw new UsageError(`${config} is not there; name a folder or file of manifests`);
    const { directorySource } = await import("./source/directory/index.ts");
    return directorySource({ config, clock: systemClock, ...(state === undefined ? {} : { state }) });
  },

  async status({ state: folder, log }) {
    const { folderSink } = await import("./status/index.ts");
    return folderSink({ folder, clock: systemClock, log });
  },

  async lease({ state: folder, log, lead, lost }) {
    const { acquireLease } = await import("./status/lease.ts");
    const holder = `${hostname()}-${process.pid}-${randomUUID()}`;
    const lease = acquireLease({ folder, holder, clock: systemClock, log, lost });
    void lease.held.then(lead);
    return lease;
  },

  async lastRun({ state, nodeName, log }) {
    const { bootId, readLastRun } = await import("./net/restart-marker.ts");
    const failed = (file: string, error: string): void => log.warn("restart marker not usable", { file, error });
    return readLastRun({ state, nodeName, bootId, uptime, failed });
  },

  async backend({ name, frrVty, log, lastRun, listen, bmp }) {
    if (name === "frr") {
      const [{ frrBackend }, { VtyClient }] = await Promise.all([
        import("./backend/frr/index.ts"),
        import("./net/index.ts"),
      ]);
      const path = `${frrVty}/bgpd.vty`;
      return frrBackend({ clock: systemClock, vty: (lost) => new VtyClient({ path, timers: systemClock, lost }) });
    }
    const [{ nativeBackend }, { bgpHost }, { MonitoredSpeaker, Speaker }] = await Promise.all([
      import("./backend/native/index.ts"),
      import("./net/bgp-host.ts"),
      import("@herald/bgp"),
    ]);
    const host = bgpHost({ log: log.open("bgp") });
    const { restarted, forwarding } = lastRun;
    const station = bmp && { address: bmp.host, port: bmp.port, name: bmp.name, description: bmp.description };
    const speaker: NativeOptions["speaker"] = (options) =>
      station === undefined ? new Speaker(options) : new MonitoredSpeaker(options, station);
    const at = listen && { port: listen.port, ...(listen.host === "" ? {} : { address: listen.host }) };
    return nativeBackend({ host, speaker, sockets: SOCKETS, restarted, forwarding, ...(at && { listen: at }) });
  },

  async features(name) {
    if (name === "frr") return (await import("./backend/frr/index.ts")).frrSupports;
    const { nativeSupports } = await import("./backend/native/index.ts");
    return nativeSupports({ ...SOCKETS, listen: true });
  },

  async http({ host, port, log, routes }) {
    const { serveHttp } = await import("./net/http.ts");
    const failed = (path: string, error: Error): void =>
      log.error("http request failed", { path, error: error.message });
    const server = await serveHttp({ routes, port, failed, ...(host === "" ? {} : { host }) }).catch((error: Error) => {
      throw new Error(`${error.message}; name another address with --http`, { cause: error });
    });
    log.info("serving http", { address: server.address, port: server.port });
    return server;
  },

  async get({ host, port, path }) {
    const { getHttp } = await import("./net/http-get.ts");
    return getHttp({ host: host === "" ? "127.0.0.1" : host, port, path });
  },

  now: () => performance.now(),
  timers: systemClock,

  process() {
    const { user, system: kernel } = process.cpuUsage();
    const cpuSeconds = (user + kernel) / 1e6;
    return { cpuSeconds, residentBytes: process.memoryUsage.rss(), startTime: performance.timeOrigin / 1000 };
  },
};

/** What src/net can do on Linux. */
const SOCKETS = { md5: true, ttl: true, device: true, links: true } as const;

/** Milliseconds that something left open may keep the process alive once its work is done. */
const LEFT_OPEN = 2_000;

process.exitCode = await runCli(process.argv.slice(2), system);
setTimeout(() => process.exit(), LEFT_OPEN).unref();
