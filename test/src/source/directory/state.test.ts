import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import t from "tap";
import type { Test } from "tap";
import { GRACE } from "../../../../src/source/directory/state.ts";
import { folderSink } from "../../../../src/status/index.ts";
import { recordingLog } from "../../../support/recording-log.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";
import { WatchedSource, describeEvent } from "../../../support/source-events.ts";

const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: web
  annotations: {team: a}
spec: {type: LoadBalancer}
`;
const ADDRESS = { family: 4, value: 0xc0000201n } as const;

async function start(t: Test, service = SERVICE) {
  const config = temporaryFolder(t);
  const state = join(temporaryFolder(t), "state");
  writeFileSync(join(config, "web.yaml"), service);
  const source = await WatchedSource.start(t, config, { state });
  const sink = folderSink({ folder: state, clock: source.timers, log: recordingLog().log });
  t.teardown(() => sink.close());
  return { config, state, source, sink };
}

async function nextValue(source: WatchedSource): Promise<unknown> {
  const [event] = await source.events(1);
  return event?.type === "upsert" ? event.object.value : describeEvent(event ?? { type: "synced" });
}

/** Removes a state, and lets the time go by in which it is still remembered. */
async function forgotten(source: WatchedSource, remove: () => unknown): Promise<void> {
  const leaving = source.timers.set(GRACE);
  await remove();
  await leaving;
  source.timers.advance(GRACE);
}

const SPEC = { apiVersion: "v1", kind: "Service", spec: { type: "LoadBalancer" } };

t.test("what the sink writes comes back as status and annotations of the Service", async (t) => {
  const { state, source, sink } = await start(t);
  t.same(source.take(), ["upsert Service default/web", "synced"]);
  await sink.serviceStatus({ service: "default/web", addresses: [ADDRESS], pool: "first" });
  t.same(await nextValue(source), {
    ...SPEC,
    metadata: {
      name: "web",
      namespace: "default",
      annotations: { team: "a", "metallb.io/ip-allocated-from-pool": "first" },
    },
    status: { loadBalancer: { ingress: [{ ip: "192.0.2.1", ipMode: "VIP" }] } },
  });
  await sink.serviceStatus({ service: "default/web", addresses: [] });
  t.same(await nextValue(source), {
    ...SPEC,
    metadata: { name: "web", namespace: "default", annotations: { team: "a" } },
    status: { loadBalancer: {} },
  });
  await forgotten(source, () => sink.forget("default/web"));
  t.same(await nextValue(source), {
    ...SPEC,
    metadata: { name: "web", namespace: "default", annotations: { team: "a" } },
  });
  t.throws(() => readFileSync(join(state, "services/default/web.yaml")), { code: "ENOENT" });
});

t.test("a state that is there at the start is told with the Service, in one upsert", async (t) => {
  const { config, state, source, sink } = await start(t);
  source.take();
  await sink.serviceStatus({ service: "default/web", addresses: [ADDRESS] });
  const second = await WatchedSource.start(t, config, { state });
  const events = second.takeEvents();
  t.same(events.map(describeEvent), ["upsert Service default/web", "synced"]);
  t.match(events[0], { object: { value: { status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } } } } });
});

t.test("the state takes the place of a status that a dumped manifest carries", async (t) => {
  const annotated = SERVICE.replace("team: a", "metallb.io/ip-allocated-from-pool: old");
  const dumped = `${annotated}status:\n  loadBalancer:\n    ingress: [{ip: 192.0.2.9}]\n`;
  const { source, sink } = await start(t, dumped);
  t.match(await nextValue(source), { status: { loadBalancer: { ingress: [{ ip: "192.0.2.9" }] } } });
  await sink.serviceStatus({ service: "default/web", addresses: [ADDRESS] });
  t.same(await nextValue(source), {
    ...SPEC,
    metadata: { name: "web", namespace: "default" },
    status: { loadBalancer: { ingress: [{ ip: "192.0.2.1", ipMode: "VIP" }] } },
  });
});

t.test("an edit of the manifest keeps the state", async (t) => {
  const { config, source, sink } = await start(t);
  source.take();
  await sink.serviceStatus({ service: "default/web", addresses: [ADDRESS] });
  await source.next();
  writeFileSync(join(config, "web.yaml"), SERVICE.replace("team: a", "team: b"));
  t.match(await nextValue(source), {
    metadata: { annotations: { team: "b" } },
    status: { loadBalancer: { ingress: [{ ip: "192.0.2.1" }] } },
  });
});

t.test("a state that cannot be read is told, and the last readable one stands", async (t) => {
  const { state, source, sink } = await start(t);
  await sink.serviceStatus({ service: "default/web", addresses: [ADDRESS] });
  await source.next(3);
  const file = join(state, "services/default/web.yaml");
  writeFileSync(file, "{");
  const where = `problem ${file}:1`;
  t.same(await source.next(), [`${where} the state of Service default/web is not YAML; the last readable one stands`]);
  mkdirSync(dirname(join(state, "services/x/y/z.yaml")), { recursive: true });
  writeFileSync(join(state, "services/x/y/z.yaml"), "{}");
  t.match(await source.next(), [/this is not the state of a Service; it is passed over$/]);
  await forgotten(source, () => rmSync(file));
  t.match(await source.next(2), [/^resolved /, "upsert Service default/web"]);
});

t.test("temporary files in the state folder are passed over", async (t) => {
  const { state, source, sink } = await start(t);
  source.take();
  mkdirSync(join(state, "services/default"), { recursive: true });
  writeFileSync(join(state, "services/default/.herald-1-0-web.yaml"), "status: {half: ");
  await sink.serviceStatus({ service: "default/web", addresses: [ADDRESS] });
  t.same(await source.next(), ["upsert Service default/web"]);
});

t.test("a state that is removed and written again was never gone, and whoever wrote it hears of it", async (t) => {
  const { state, source, sink } = await start(t);
  await sink.serviceStatus({ service: "default/web", addresses: [ADDRESS] });
  await source.next(3);
  const file = join(state, "services/default/web.yaml");
  const text = readFileSync(file, "utf8");
  const leaving = source.timers.set(GRACE);
  rmSync(file);
  await leaving;
  t.same(source.lost, ["default/web"]);
  writeFileSync(file, text.replace("192.0.2.1", "192.0.2.2"));
  t.match(await nextValue(source), { status: { loadBalancer: { ingress: [{ ip: "192.0.2.2" }] } } });
  source.timers.advance(GRACE);
  t.same(source.take(), [], "nothing was withdrawn in between");
});

for (const [what, take] of [
  ["removed", (state: string) => rmSync(state, { recursive: true })],
  ["moved away", (state: string) => renameSync(state, `${state}-old`)],
] as const) {
  t.test(`a state folder that is ${what} as a whole is noticed within a second, and withdraws nothing`, async (t) => {
    const { state, source, sink } = await start(t);
    await sink.serviceStatus({ service: "default/web", addresses: [ADDRESS] });
    await source.next(3);
    take(state);
    let missing: string[] = [];
    while (missing.length === 0) {
      source.timers.advance(1_000);
      await new Promise((resolve) => setImmediate(resolve));
      missing = source.take().filter((line) => !line.startsWith("upsert"));
      t.notMatch(missing, [/^delete/]);
    }
    t.match(missing, [/services does not exist$/]);
    t.ok(source.lost.includes("all") || source.lost.includes("default/web"));
  });
}
