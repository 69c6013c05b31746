/**
 * The composition root: the only file that reads arguments and environment, and the only one that makes real clocks,
 * sockets and files. What a command does not need is not loaded.
 */
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { runCli } from "./cli/program.ts";
import { UsageError } from "./cli/system.ts";
import type { System } from "./cli/system.ts";

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
    const { systemClock: clock } = await import("./net/clock.ts");
    return directorySource({ config, clock, ...(state === undefined ? {} : { state }) });
  },

  async status({ state: folder, log }) {
    const { folderSink } = await import("./status/index.ts");
    const { systemClock: clock } = await import("./net/clock.ts");
    return folderSink({ folder, clock, log });
  },

  async lease({ state: folder, log, lead, lost }) {
    const { acquireLease } = await import("./status/lease.ts");
    const { systemClock: clock } = await import("./net/clock.ts");
    const lease = acquireLease({ folder, holder: `${hostname()}-${process.pid}-${randomUUID()}`, clock, log, lost });
    void lease.held.then(lead);
    return lease;
  },

  async backend(name, { frrVty, gobgpApi: address, gobgpCa: ca, gobgpCert: certificate, gobgpKey: key }, log) {
    if (name === "gobgp") {
      const [{ gobgpBackend }, { GrpcClient }, { systemClock: clock }] = await Promise.all([
        import("./backend/gobgp/index.ts"),
        import("./net/grpc.ts"),
        import("./net/clock.ts"),
      ]);
      const shown = certificate === undefined || key === undefined ? {} : { certificate, key };
      const tls = ca === undefined ? {} : { tls: { ca, ...shown } };
      return gobgpBackend({ clock, rpc: new GrpcClient({ address, ...tls }) });
    }
    if (name === "frr") {
      const [{ frrBackend }, { VtyClient, systemClock: clock }] = await Promise.all([
        import("./backend/frr/index.ts"),
        import("./net/index.ts"),
      ]);
      const open = (daemon: string, timeout: number) => (lost: (error: Error) => void) =>
        new VtyClient({ path: `${frrVty}/${daemon}.vty`, timers: clock, lost, timeout });
      return frrBackend({ clock, vty: open("bgpd", 10_000), bfdd: open("bfdd", BFDD_TIMEOUT) });
    }
    const [{ nativeBackend }, { bgpHost }, { Speaker }] = await Promise.all([
      import("./backend/native/index.ts"),
      import("./net/bgp-host.ts"),
      import("@herald/bgp"),
    ]);
    const host = bgpHost({ log: log.open("bgp") });
    return nativeBackend({ host, speaker: (options) => new Speaker(options), sockets: SOCKETS });
  },

  async features(name) {
    if (name === "frr") return (await import("./backend/frr/index.ts")).frrSupports;
    if (name === "gobgp") return (await import("./backend/gobgp/index.ts")).gobgpSupports;
    const { nativeSupports } = await import("./backend/native/index.ts");
    return nativeSupports(SOCKETS);
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

  process() {
    const { user, system: kernel } = process.cpuUsage();
    const cpuSeconds = (user + kernel) / 1e6;
    return { cpuSeconds, residentBytes: process.memoryUsage.rss(), startTime: performance.timeOrigin / 1000 };
  },
};

/** What src/net can do on Linux. */
const SOCKETS = { md5: true, ttl: true, device: true } as const;

/** Milliseconds without an answer of bfdd: bgpd is not to wait long for it. */
const BFDD_TIMEOUT = 1_000;

/** Milliseconds that something left open may keep the process alive once its work is done. */
const LEFT_OPEN = 2_000;

process.exitCode = await runCli(process.argv.slice(2), system);
setTimeout(() => process.exit(), LEFT_OPEN).unref();
