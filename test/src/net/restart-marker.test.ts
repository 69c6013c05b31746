import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { bootId, readLastRun } from "../../../src/net/restart-marker.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

/** The machine was booted just now. */
const uptime = (): number => 60;

const network = (): string => "1";

const failed = (file: string, error: string): never => {
  throw new Error(`${file}: ${error}`);
};

t.test(
  "a first run, a restart, a restart after a boot (forwarding was lost), and one after the routes were withdrawn",
  async (t) => {
    const state = temporaryFolder(t);
    const run = (boot: string) =>
      readLastRun({ state, nodeName: "n1", bootId: () => Promise.resolve(boot), network, uptime, failed });
    t.match(await run("a"), { restarted: false, forwarding: false });
    t.match(await run("a"), { restarted: true, forwarding: true });
    const afterBoot = await run("b");
    t.match(afterBoot, { restarted: true, forwarding: false });
    await afterBoot.forget();
    t.match(await run("b"), { restarted: false, forwarding: false });
  },
);

t.test("nodes that share the folder have a marker each; one that is damaged counts for nothing", async (t) => {
  const state = temporaryFolder(t);
  const run = (nodeName: string) =>
    readLastRun({ state, nodeName, bootId: () => Promise.resolve("a"), network, uptime, failed });
  await run("n1");
  t.match(await run("n2"), { restarted: false });
  t.same(readdirSync(join(state, "restart")).sort(), ["n1.json", "n2.json"]);
  writeFileSync(join(state, "restart", "n1.json"), "{");
  t.match(await run("n1"), { restarted: false });
  t.match(await run("n1"), { restarted: true });
});

t.test("a run that another one has followed leaves its marker alone", async (t) => {
  const state = temporaryFolder(t);
  const run = () => readLastRun({ state, nodeName: "n1", bootId: () => Promise.resolve("a"), network, uptime, failed });
  const first = await run();
  const second = await run();
  await first.forget();
  t.match(await run(), { restarted: true });
  await second.forget();
  t.match(await run(), { restarted: true }, "nor the third's");
});

function withoutFolder(seconds: number): ReturnType<typeof readLastRun> {
  return readLastRun({ nodeName: "n1", bootId: () => Promise.resolve("a"), network, uptime: () => seconds, failed });
}

t.test(
  "without a folder the machine's own age says whether forwarding went on since any run that matters",
  async (t) => {
    t.match(await withoutFolder(60), { restarted: false, forwarding: false });
    const later = await withoutFolder(601);
    t.match(later, { restarted: true, forwarding: true });
    await later.forget();
  },
);

t.test("where the boot cannot be told, forwarding is not promised", async (t) => {
  const state = temporaryFolder(t);
  const run = () =>
    readLastRun({ state, nodeName: "n1", bootId: () => Promise.resolve(undefined), network, uptime, failed });
  await run();
  t.match(await run(), { restarted: true, forwarding: false });
});

t.test("a folder that cannot be written is told, and this is a first run", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, "file"), "");
  const told: string[] = [];
  const run = await readLastRun({
    state: join(folder, "file"),
    nodeName: "n1",
    bootId: () => Promise.resolve("a"),
    network,
    uptime,
    failed: (file, error) => told.push(`${file}: ${error}`),
  });
  t.match(run, { restarted: false, forwarding: false });
  t.match(told, [/restart\/n1\.json: /]);
});

t.test("Linux has a boot id", { skip: !existsSync("/proc/sys/kernel/random/boot_id") }, async (t) => {
  t.match(await bootId(), /^[0-9a-f-]{36}$/);
});

t.test(
  "another network namespace of the same boot has not forwarded: what it had went with the one before",
  async (t) => {
    const state = temporaryFolder(t);
    const run = (...networks: readonly (string | undefined)[]) =>
      readLastRun({
        state,
        nodeName: "n1",
        bootId: () => Promise.resolve("a"),
        network: () => networks[0],
        uptime,
        failed,
      });
    await run("1");
    t.match(await run("1"), { restarted: true, forwarding: true });
    t.match(await run("2"), { restarted: true, forwarding: false });
    await run(undefined);
    t.match(await run(undefined), { restarted: true, forwarding: true }, "where it is never known the boot decides");
  },
);
