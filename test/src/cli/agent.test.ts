import { cpSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { Test } from "tap";
import { runCli } from "../../../src/cli/program.ts";
import { Exit } from "../../../src/cli/system.ts";
import type { Place, System } from "../../../src/cli/system.ts";
import type { Reply } from "../../../src/net/http.ts";
import type { Source } from "../../../src/source/source.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { testSystem } from "../../support/test-system.ts";
import type { TestSystem } from "../../support/test-system.ts";

const NO_QUERY = new URLSearchParams();
const CLUSTER = join(import.meta.dirname, "../../data/cli/cluster");

interface Running {
  readonly config: string;
  readonly state: string;
  readonly system: TestSystem;
  readonly exit: Promise<Exit>;
}

function start(t: Test, command: string, more: readonly string[] = [], system = testSystem()): Running {
  const config = join(temporaryFolder(t), "config");
  const state = join(temporaryFolder(t), "state");
  cpSync(CLUSTER, config, { recursive: true });
  const exit = runCli([command, "--config", config, "--state", state, ...more], system);
  t.teardown(() => {
    system.end("the test is over");
    return exit;
  });
  return { config, state, system, exit };
}

function within(system: TestSystem, other: Partial<Place>): TestSystem {
  return { ...system, place: async (where, more) => ({ ...(await system.place(where, more)), ...other }) };
}

/** Resolves when the backend's router holds exactly these prefixes. */
async function holds({ system }: Running, ...prefixes: readonly string[]): Promise<void> {
  await seen(() => [...system.fake.table("tor").keys()].sort().join() === prefixes.join());
}

/** Waits for something that follows from a notice of the file system. */
async function seen(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

t.test("run gives addresses, writes them to the state folder and announces them", async (t) => {
  const running = start(t, "run", ["--node-name", "n1"]);
  await holds(running, "192.0.2.1/32");
  const status = readFileSync(join(running.state, "services/default/web.yaml"), "utf8");
  t.match(status, /ip: 192\.0\.2\.1/);
  t.match(status, /metallb\.io\/ip-allocated-from-pool: pool/);
});

t.test("an edit takes effect, a broken file changes nothing, a mended one counts", async (t) => {
  const running = start(t, "run", ["--node-name", "n1"]);
  await holds(running, "192.0.2.1/32");
  const services = join(running.config, "services.yaml");
  const good = readFileSync(services, "utf8");
  writeFileSync(services, "apiVersion: v1\nkind: Service\n  metadata: x\n");
  await seen(() =>
    running.system.records.some(({ msg, problem }) => msg === "problem" && /services\.yaml:2/.test(String(problem))),
  );
  t.same([...running.system.fake.table("tor").keys()], ["192.0.2.1/32"]);
  writeFileSync(services, good.replace("externalTrafficPolicy: Local, ", ""));
  await holds(running, "192.0.2.0/32", "192.0.2.1/32");
  t.ok(running.system.records.some(({ msg }) => msg === "problem resolved"));
});

t.test("addresses survive a restart, whatever the order of files", async (t) => {
  const first = start(t, "run", ["--node-name", "n1"]);
  await holds(first, "192.0.2.1/32");
  first.system.end("SIGTERM");
  t.equal(await first.exit, Exit.Ok);
  writeFileSync(
    join(first.config, "0-first.yaml"),
    "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {type: LoadBalancer, ports: [{port: 80}]}\n",
  );
  const system = testSystem();
  const exit = runCli(["run", "--node-name", "n1", "--config", first.config, "--state", first.state], system);
  t.teardown(() => {
    system.end("the test is over");
    return exit;
  });
  await holds({ ...first, system, exit }, "192.0.2.1/32");
  await seen(() => existsSync(join(first.state, "services/default/a.yaml")));
  t.match(readFileSync(join(first.state, "services/default/a.yaml"), "utf8"), /ip: 192\.0\.2\.2/);
});

t.test("controller and speaker meet in the state folder alone", async (t) => {
  const controller = start(t, "controller");
  await seen(() => existsSync(join(controller.state, "services/default/web.yaml")));
  const system = testSystem({ HERALD_NODE_NAME: "n1" });
  const exit = runCli(["speaker", "--config", controller.config, "--state", controller.state], system);
  t.teardown(() => {
    system.end("the test is over");
    return exit;
  });
  await holds({ ...controller, system, exit }, "192.0.2.1/32");
  t.same(controller.system.fake.calls, [], "a controller has no backend");
});

t.test("readyz says what it waits for, and then ok", async (t) => {
  const running = start(t, "run", ["--node-name", "n1"]);
  await holds(running, "192.0.2.1/32");
  t.same(running.system.routes["/healthz"]?.(NO_QUERY), { status: 200, body: "ok\n" });
  t.same(running.system.routes["/readyz"]?.(NO_QUERY), { status: 200, body: "ok\n" });
  const source: Source = { start: () => new Promise(() => undefined), close: () => Promise.resolve() };
  const waiting = start(t, "controller", [], within(testSystem(), { source: () => source }));
  const readyz = (): string => (waiting.system.routes["/readyz"]?.(NO_QUERY) as Reply | undefined)?.body ?? "";
  await seen(() => readyz() === "waiting for source, controller\n");
});

t.test("--on-stop decides whether the router keeps the routes", async (t) => {
  const keep = start(t, "run", ["--node-name", "n1", "--on-stop", "keep"]);
  await holds(keep, "192.0.2.1/32");
  keep.system.end("SIGTERM");
  t.equal(await keep.exit, Exit.Ok);
  t.same([...keep.system.fake.table("tor").keys()], ["192.0.2.1/32"]);
  const withdraw = start(t, "run", ["--node-name", "n1", "--on-stop", "withdraw"]);
  await holds(withdraw, "192.0.2.1/32");
  withdraw.system.end("SIGTERM");
  t.equal(await withdraw.exit, Exit.Ok);
  t.same([...withdraw.system.fake.table("tor").keys()], []);
});

t.test(
  "SIGTERM keeps the routes for a restart, SIGINT gives them up; the marker of the run goes with them",
  async (t) => {
    for (const [signal, left, forgotten] of [
      ["SIGTERM", ["192.0.2.1/32"], 0],
      ["SIGINT", [], 1],
    ] as const) {
      let forgets = 0;
      const forget = (): Promise<void> => {
        forgets += 1;
        return Promise.resolve();
      };
      const lastRun: System["lastRun"] = () => Promise.resolve({ restarted: false, forwarding: false, forget });
      const system = { ...testSystem(), lastRun };
      const running = start(t, "run", ["--node-name", "n1", "--drain-time", "0"], system);
      await holds(running, "192.0.2.1/32");
      system.end(signal);
      t.equal(await running.exit, Exit.Ok);
      t.same([...system.fake.table("tor").keys()], left, signal);
      t.equal(forgets, forgotten, signal);
    }
  },
);

t.test("a folder that goes away takes nothing with it", async (t) => {
  const running = start(t, "run", ["--node-name", "n1"]);
  await holds(running, "192.0.2.1/32");
  rmSync(running.config, { recursive: true });
  await seen(() => running.system.records.some(({ msg }) => msg === "problem"));
  t.same([...running.system.fake.table("tor").keys()], ["192.0.2.1/32"]);
});

for (const [what, take] of [
  ["a state file that is removed", (state: string) => rmSync(join(state, "services/default/web.yaml"))],
  ["a state folder that is removed", (state: string) => rmSync(state, { recursive: true })],
  ["a state folder that is moved away", (state: string) => renameSync(state, `${state}-old`)],
] as const) {
  t.test(`${what} is written again, and the router hears nothing of it`, async (t) => {
    const running = start(t, "run", ["--node-name", "n1"]);
    await holds(running, "192.0.2.1/32");
    const file = join(running.state, "services/default/web.yaml");
    const text = readFileSync(file, "utf8");
    const told = running.system.fake.calls.length;
    take(running.state);
    await seen(() => !existsSync(file));
    await seen(() => existsSync(file));
    t.equal(readFileSync(file, "utf8"), text);
    const changes = running.system.fake.calls
      .slice(told)
      .flatMap((call) => (call.type === "update" ? call.changes : []));
    t.same(
      changes.flatMap(({ withdraw }) => withdraw),
      [],
    );
  });
}

t.test("whoever loses the state folder goes on as a speaker, and decides again when it has it back", async (t) => {
  const leases: { readonly lead: () => void; readonly lost: (reason: string) => void }[] = [];
  const released: number[] = [];
  const system = within(testSystem(), {
    lease(told) {
      const number = leases.push(told);
      return { release: () => Promise.resolve(void released.push(number)) };
    },
  });
  const running = start(t, "run", ["--node-name", "n1"], system);
  await seen(() => leases.length === 1);
  leases[0]?.lead();
  await holds(running, "192.0.2.1/32");
  leases[0]?.lost("another took it over");
  await seen(() => leases.length === 2);
  t.same(released, [1]);
  t.same([...system.fake.table("tor").keys()], ["192.0.2.1/32"], "what was announced stays");
  const services = join(running.config, "services.yaml");
  const second =
    "---\napiVersion: v1\nkind: Service\nmetadata: {name: second}\nspec: {type: LoadBalancer, ports: [{port: 80}]}\n";
  writeFileSync(services, `${readFileSync(services, "utf8")}${second}`);
  await seen(() =>
    system.records.some(({ msg, service }) => msg === "service not announced" && service === "default/second"),
  );
  t.notOk(existsSync(join(running.state, "services/default/second.yaml")), "it decides nothing without the lease");
  leases[1]?.lead();
  await seen(() => existsSync(join(running.state, "services/default/second.yaml")));
});

t.test("a signal in the middle of the start ends it in order, whatever the source still tells", async (t) => {
  const told = Promise.withResolvers<void>();
  const read: Source = {
    async start(listen) {
      await told.promise;
      listen({ type: "synced" });
    },
    close: () => Promise.resolve(),
  };
  const running = start(t, "run", ["--node-name", "n1"], within(testSystem(), { source: () => read }));
  await seen(() => running.system.routes["/readyz"] !== undefined);
  running.system.end("SIGTERM");
  t.equal(await running.exit, Exit.Ok);
  told.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  t.same(running.system.fake.calls, [], "the closed backend hears nothing");
});

t.test("what keeps it from starting ends it with a message and everything closed", async (t) => {
  const system = {
    ...testSystem(),
    http: () => Promise.reject(new Error("listen 127.0.0.1:17472: in use (EADDRINUSE)")),
  };
  const folder = temporaryFolder(t);
  t.equal(await runCli(["controller", "--config", folder, "--state", folder], system), Exit.Failure);
  t.match(system.printed.err, /error: listen 127\.0\.0\.1:17472: in use/);
});

t.test("MetalLB's command line works; what has no effect is said", async (t) => {
  const system = testSystem({ METALLB_NODE_NAME: "n1" });
  const listening: number[] = [];
  const http: TestSystem["http"] = async (options) => {
    listening.push(options.port);
    return system.http(options);
  };
  const flags = [
    "--port=7472",
    "--health-probe-port=17473",
    "--ml-bindport=7946",
    "--ml-wan-config",
    "--log-level=info",
  ];
  const running = start(t, "speaker", flags, { ...system, http });
  await seen(() => running.system.records.some(({ msg }) => msg === "source synced"));
  t.same(listening, [17_472, 7472, 17_473]);
  const said = running.system.records.find(({ msg }) => msg === "options of MetalLB without effect here");
  t.same(said?.["options"], ["--ml-bindport", "--ml-wan-config"]);
});

t.test("the webhook is served where it is asked for, also by one that hands out nothing", async (t) => {
  for (const [flags, port, leases] of [
    [["--webhook", "127.0.0.1:9000"], 9000, 1],
    [["--webhook-mode", "onlywebhook"], 9443, 0],
    [["--webhook", ":9000", "--webhook-mode", "disabled"], undefined, 1],
    [[], undefined, 1],
  ] as const) {
    const served: number[] = [];
    let taken = 0;
    const system = within(testSystem(), {
      lease: () => {
        taken += 1;
        return { release: () => Promise.resolve() };
      },
      admission: ({ port: at, secret, service }) => {
        t.same([secret, service], ["herald-webhook", "herald-webhook"]);
        served.push(at);
        return { close: () => Promise.resolve(void served.push(0)) };
      },
    });
    const running = start(t, "controller", flags, system);
    await seen(() => running.system.records.some(({ msg }) => msg === "source synced"));
    t.same(served, port === undefined ? [] : [port], flags.join(" "));
    t.equal(taken, leases);
    t.equal((running.system.routes["/readyz"]?.(NO_QUERY) as Reply | undefined)?.body, "ok\n");
    running.system.end("SIGTERM");
    await running.exit;
    t.equal(served.length, port === undefined ? 0 : 2, "and closed with the agent");
  }
});
