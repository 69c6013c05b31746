/**
 * The composition root: the only file that reads arguments and environment, and the only one that makes real clocks,
 * sockets and files. What a command does not need is not loaded.
 */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { hostname, uptime } from "node:os";
import { extname } from "node:path";
import type { EngineHandlers } from "./bfd/index.ts";
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

function environment(name: string): string | undefined {
  return process.env[name] || undefined;
}

const system: System = {
  out: (text) => process.stdout.write(text),
  write: (bytes) => process.stdout.write(bytes),
  err: (text) => process.stderr.write(text),
  input: async () => (process.stdin.isTTY ? "" : (await import("node:stream/consumers")).text(process.stdin)),
  env: environment,
  stop: stopSignal(),

  async log({ level, format }) {
    const { createLogger, defaultFormat } = await import("./log/index.ts");
    return createLogger({ level, format: format ?? defaultFormat(process.stderr.isTTY) });
  },

  async source({ config }) {
    if (!existsSync(config)) throw new UsageError(`${config} is not there; name a folder or file of manifests`);
    const { directorySource } = await import("./source/directory/index.ts");
    return directorySource({ config, clock: systemClock });
  },

  async place(where, { roles, world, log, podName }) {
    const shared = { holder: `${hostname()}-${process.pid}-${randomUUID()}`, clock: systemClock, log };
    if (where.type === "folder") return (await import("./cli/folder.ts")).folderPlace({ ...where, ...shared });
    const { clusterPlace } = await import("./cli/cluster.ts");
    const pod = podName === undefined ? {} : { podName };
    return clusterPlace({ ...where, ...shared, ...pod, env: environment, roles, world, random: Math.random });
  },

  async look(where) {
    const { lookAtCluster } = await import("./cli/cluster.ts");
    const { createLogger } = await import("./log/index.ts");
    const log = createLogger({ level: "warn", format: "text" });
    return lookAtCluster({ ...where, env: environment, clock: systemClock, random: Math.random, log });
  },

  async lastRun({ state, nodeName, log }) {
    const [{ bootId, readLastRun }, { networkNamespace: network }] = await Promise.all([
      import("./net/restart-marker.ts"),
      import("./net/network-namespace.ts"),
    ]);
    const failed = (file: string, error: string): void => log.warn("restart marker not usable", { file, error });
    return readLastRun({ ...(state !== undefined && { state }), nodeName, bootId, network, uptime, failed });
  },

  async backend({ name, daemons, log, lastRun, listen, bmp }) {
    if (name === "gobgp") {
      const [{ gobgpBackend }, { GrpcClient }] = await Promise.all([
        import("./backend/gobgp/index.ts"),
        import("./net/grpc.ts"),
      ]);
      const { gobgpApi: address, gobgpCa: ca, gobgpCert: certificate, gobgpKey: key } = daemons;
      const shown = certificate === undefined || key === undefined ? {} : { certificate, key };
      const tls = ca === undefined ? {} : { tls: { ca, ...shown } };
      return gobgpBackend({ clock: systemClock, rpc: new GrpcClient({ address, ...tls }) });
    }
    if (name === "frr") {
      const [{ frrBackend }, { VtyClient }] = await Promise.all([
        import("./backend/frr/index.ts"),
        import("./net/index.ts"),
      ]);
      const open = (daemon: string, timeout: number) => (lost: (error: Error) => void) =>
        new VtyClient({ path: `${daemons.frrVty}/${daemon}.vty`, timers: systemClock, lost, timeout });
      return frrBackend({ clock: systemClock, vty: open("bgpd", 10_000), bfdd: open("bfdd", BFDD_TIMEOUT) });
    }
    const [
      { nativeBackend },
      { bgpHost },
      { MonitoredSpeaker, Speaker },
      { BfdThread },
      { isForwarding },
      { isOnLink },
    ] = await Promise.all([
      import("./backend/native/index.ts"),
      import("./net/bgp-host.ts"),
      import("@herald/bgp"),
      import("./net/bfd/thread.ts"),
      import("./net/forwarding.ts"),
      import("./net/on-link.ts"),
    ]);
    const host = bgpHost({ log: log.open("bgp") });
    const bfd = {
      engine: (handlers: EngineHandlers) => new BfdThread({ worker: BFD_WORKER, timers: host.clock, ...handlers }),
      isForwarding,
      isOnLink,
      neighbor: (device: string) => host.links.neighbor(device),
    };
    const { restarted, forwarding } = lastRun;
    const station = bmp && { address: bmp.host, port: bmp.port, name: bmp.name, description: bmp.description };
    const speaker: NativeOptions["speaker"] = (options) =>
      station === undefined ? new Speaker(options) : new MonitoredSpeaker(options, station);
    const at = listen && { port: listen.port, ...(listen.host === "" ? {} : { address: listen.host }) };
    return nativeBackend({ host, speaker, sockets: SOCKETS, bfd, restarted, forwarding, ...(at && { listen: at }) });
  },

  async features(name) {
    if (name === "frr") return (await import("./backend/frr/index.ts")).frrSupports;
    if (name === "gobgp") return (await import("./backend/gobgp/index.ts")).gobgpSupports;
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

  async healthChecks() {
    const { systemClock: clock } = await import("./net/clock.ts");
    return { clock, ask: async (host, port) => (await import("./net/health-check.ts")).checkHealth(host, port) };
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
const SOCKETS = { md5: true, ao: true, ttl: true, device: true, links: true, bfd: true } as const;

/** The BFD thread's file, beside this one: as source, or bundled as this one is. */
const BFD_WORKER = new URL(`net/bfd/worker${extname(import.meta.filename)}`, import.meta.url);

/** Milliseconds without an answer of bfdd: bgpd is not to wait long for it. */
const BFDD_TIMEOUT = 1_000;

/** Milliseconds that something left open may keep the process alive once its work is done. */
const LEFT_OPEN = 2_000;

process.exitCode = await runCli(process.argv.slice(2), system);
setTimeout(() => process.exit(), LEFT_OPEN).unref();
