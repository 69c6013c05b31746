import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { Test } from "tap";
import type { Problem } from "../../../src/model/problem.ts";
import { folderSink } from "../../../src/status/index.ts";
import { ManualTimers } from "../../support/manual-timers.ts";
import { recordingLog } from "../../support/recording-log.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

function start(t: Test, folder = join(temporaryFolder(t), "state")) {
  const clock = new ManualTimers();
  const { log, records } = recordingLog();
  const sink = folderSink({ folder, clock, log, maxEventBytes: 400 });
  t.teardown(() => sink.close());
  const read = (path: string): string => readFileSync(join(folder, path), "utf8");
  return { folder, clock, records, sink, read };
}

const V4 = { family: 4, value: 0xc0000201n } as const;
const V6 = { family: 6, value: 0x20010db8000000000000000000000001n } as const;
const REF = { group: "", kind: "Service", namespace: "shop", name: "web" };

t.test("the status of a Service is a Service", async (t) => {
  const { sink, read } = start(t);
  await sink.serviceStatus({ service: "shop/web", addresses: [V6, V4], pool: "first" });
  t.equal(
    read("services/shop/web.yaml"),
    `apiVersion: v1
kind: Service
metadata:
  namespace: shop
  name: web
  annotations:
    metallb.io/ip-allocated-from-pool: first
status:
  loadBalancer:
    ingress:
      - ip: 192.0.2.1
        ipMode: VIP
      - ip: 2001:db8::1
        ipMode: VIP
`,
  );
});

t.test("an equal value writes nothing, in a new process too", async (t) => {
  const { sink, folder } = start(t);
  const file = join(folder, "services/shop/web.yaml");
  const status = { service: "shop/web", addresses: [V4] };
  await sink.serviceStatus(status);
  const before = statSync(file, { bigint: true });
  await sink.serviceStatus(status);
  await start(t, folder).sink.serviceStatus(status);
  const after = statSync(file, { bigint: true });
  t.same([after.ino, after.ctimeNs], [before.ino, before.ctimeNs]);
  await sink.serviceStatus({ ...status, pool: "x" });
  t.not(statSync(file, { bigint: true }).ino, before.ino);
});

t.test("of many values for one file the last one wins", async (t) => {
  const { sink, read } = start(t);
  const pools = Array.from({ length: 50 }, (_, i) => `pool-${i}`);
  await Promise.all(pools.map((pool) => sink.serviceStatus({ service: "shop/web", addresses: [V4], pool })));
  t.match(read("services/shop/web.yaml"), /pool-49\n/);
});

t.test("a value that comes while another is written is written too", async (t) => {
  const { sink, read } = start(t);
  for (let turns = 0; turns < 20; turns++) {
    const one = sink.serviceStatus({ service: "shop/web", addresses: [V4], pool: `one-${turns}` });
    for (let i = 0; i < turns; i++) await new Promise(setImmediate);
    const two = sink.serviceStatus({ service: "shop/web", addresses: [V4], pool: `two-${turns}` });
    await Promise.all([one, two]);
    t.match(read("services/shop/web.yaml"), new RegExp(`two-${turns}\n`));
  }
});

t.test("what fails is tried again, later and later, and said", async (t) => {
  const { sink, folder, clock, records, read } = start(t);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "services"), "in the way");
  let failed = clock.set(100);
  const done = sink.serviceStatus({ service: "shop/web", addresses: [V4] });
  await failed;
  failed = clock.set(200);
  clock.advance(100);
  await failed;
  t.same(
    records.map(({ level, attempts }) => [level, attempts]),
    [
      ["warn", 1],
      ["debug", 2],
    ],
    "the same again is no news",
  );
  t.same(records[1], {
    level: "debug",
    msg: "status not written; trying again",
    what: "services/shop/web.yaml",
    error: "not a directory (ENOTDIR)",
    attempts: 2,
    retryMilliseconds: 200,
  });
  rmSync(join(folder, "services"));
  const newer = sink.serviceStatus({ service: "shop/web", addresses: [] });
  clock.advance(200);
  await Promise.all([done, newer]);
  t.match(read("services/shop/web.yaml"), /loadBalancer: \{\}\n$/);
  t.same(records.at(-1), { level: "info", msg: "status is written again", where: folder });
});

t.test("a trouble of all files is told once, and so is its end", async (t) => {
  const { sink, folder, clock, records } = start(t);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "services"), "in the way");
  let failed = clock.set(100);
  const first = sink.serviceStatus({ service: "shop/web", addresses: [V4] });
  await failed;
  failed = clock.set(100);
  const second = sink.serviceStatus({ service: "shop/db", addresses: [V4] });
  await failed;
  rmSync(join(folder, "services"));
  clock.advance(100);
  await Promise.all([first, second]);
  const told = records.filter(({ level }) => level !== "debug").map(({ level, msg }) => [level, msg]);
  t.same(told, [
    ["warn", "status not written; trying again"],
    ["info", "status is written again"],
  ]);
});

t.test("closing gives up what waits to be tried again", async (t) => {
  const { sink, folder, clock } = start(t);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "services"), "in the way");
  const failed = clock.set(100);
  const done = sink.serviceStatus({ service: "shop/web", addresses: [V4] });
  await failed;
  await sink.close();
  await done;
  await sink.serviceStatus({ service: "shop/db", addresses: [V4] });
  t.equal(clock.count, 0);
});

t.test("a Service that is gone leaves nothing, and prune finds those that went unseen", async (t) => {
  const { sink, folder } = start(t);
  for (const service of ["shop/a", "shop/b", "shop/c"]) await sink.serviceStatus({ service, addresses: [V4] });
  await sink.forget("shop/a");
  await start(t, folder).sink.prune(new Set(["shop/c"]));
  t.same(readdirSync(join(folder, "services/shop")), ["c.yaml"]);
});

t.test("pools have their counters, and one that is gone has no file", async (t) => {
  const { sink, folder, read } = start(t);
  const counters = { assignedIPv4: 1n, assignedIPv6: 0n, availableIPv4: 15n, availableIPv6: 2n ** 64n };
  await sink.poolUsage([
    { pool: "a", ...counters },
    { pool: "../b", ...counters },
  ]);
  t.equal(
    read("pools/a.yaml"),
    `apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata:
  name: a
status:
  assignedIPv4: 1
  assignedIPv6: 0
  availableIPv4: 15
  availableIPv6: 18446744073709551616
`,
  );
  t.same(readdirSync(join(folder, "pools")), ["%2e.%2fb.yaml", "a.yaml"]);
  await start(t, folder).sink.poolUsage([{ pool: "a", ...counters }]);
  t.same(readdirSync(join(folder, "pools")), ["a.yaml"]);
});

t.test("events are lines, in a file of bounded size", async (t) => {
  const { sink, folder, read } = start(t);
  const event = (message: string) =>
    sink.event({ ref: REF, component: "speaker", node: "n1", type: "Normal", reason: "nodeAssigned", message });
  await Promise.all([event("one"), event("two")]);
  t.same(JSON.parse(read("events/speaker-n1.jsonl").split("\n")[1] ?? ""), {
    time: "1970-01-01T00:00:00.000Z",
    type: "Normal",
    reason: "nodeAssigned",
    message: "two",
    object: REF,
    source: { component: "speaker", node: "n1" },
  });
  await event("three");
  t.same(readdirSync(join(folder, "events")), ["speaker-n1.jsonl", "speaker-n1.jsonl.1"]);
  t.match(read("events/speaker-n1.jsonl"), /^[^\n]*three[^\n]*\n$/);
});

t.test("events that cannot be written wait", async (t) => {
  const { sink, folder, clock, read } = start(t);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "events"), "in the way");
  const event = (message: string) =>
    sink.event({ ref: REF, component: "controller", type: "Normal", reason: "IPAllocated", message });
  await event("one");
  await event("two");
  t.equal(clock.count, 1);
  rmSync(join(folder, "events"));
  clock.advance(1000);
  await sink.close();
  t.match(read("events/controller.jsonl"), /one.*\n.*two.*\n$/);
});

t.test("of many events at once none is lost; of many that cannot be written the last ones wait", async (t) => {
  const { sink, clock, folder, read } = start(t);
  const event = (message: string) =>
    sink.event({ ref: REF, component: "controller", type: "Normal", reason: "IPAllocated", message });
  const many = (name: string): Promise<unknown> =>
    Promise.all(Array.from({ length: 3000 }, (_, index) => event(`${name} ${index}`)));
  await many("first");
  t.match(read("events/controller.jsonl"), /first 0"[^]*first 2999"/);
  rmSync(join(folder, "events"), { recursive: true });
  writeFileSync(join(folder, "events"), "in the way");
  await many("second");
  await many("third");
  rmSync(join(folder, "events"));
  clock.advance(1000);
  await sink.close();
  const text = read("events/controller.jsonl");
  t.match(text, /third 2999"/);
  t.notMatch(text, /second/);
});

t.test("the verdict on the configuration, whose time is that of its last change", async (t) => {
  const { sink, folder, clock, read } = start(t);
  const ref = { group: "metallb.io", kind: "BGPPeer", namespace: "metallb-system", name: "tor" };
  const error: Problem = { severity: "error", ref, field: "spec.peerASN", what: "0 is no AS number", fix: "write one" };
  await sink.configuration("speaker", "n1", [error, { ...error, severity: "warning", what: "old" }]);
  const text = "BGPPeer metallb-system/tor: spec.peerASN: 0 is no AS number; write one";
  t.equal(
    read("configurationstates/speaker-n1.yaml"),
    `apiVersion: metallb.io/v1beta1
kind: ConfigurationState
metadata:
  name: speaker-n1
  labels:
    metallb.io/component-type: speaker
    metallb.io/node-name: n1
status:
  result: Invalid
  errorSummary: "${text}"
  warnings:
    - "BGPPeer metallb-system/tor: spec.peerASN: old; write one"
  conditions:
    - type: configReconcilerValid
      status: "False"
      reason: ConfigurationError
      message: "${text}"
      lastTransitionTime: 1970-01-01T00:00:00.000Z
`,
  );
  clock.advance(60_000);
  await sink.configuration("controller", undefined, []);
  const valid = read("configurationstates/controller.yaml");
  t.match(valid, /result: Valid\n[^]*poolReconcilerValid[^]*reason: Reconciled[^]*1970-01-01T00:01:00/);
  await sink.configuration("controller", undefined, []);
  await start(t, folder).sink.configuration("controller", undefined, []);
  t.equal(read("configurationstates/controller.yaml"), valid);
  await sink.configuration("controller", undefined, [error]);
  t.match(read("configurationstates/controller.yaml"), /result: Invalid/);
});

t.test("what a speaker sees of its peers stands beside its verdict, with the time of its own change", async (t) => {
  const { sink, folder, clock, read } = start(t);
  const condition = { type: "tor/BFDUp", status: "True", reason: "Up", message: "profile fast" } as const;
  const path = "configurationstates/speaker-n1.yaml";
  await sink.peers("n1", [condition]);
  t.throws(() => read(path), "not before there is a verdict");
  clock.advance(60_000);
  await sink.configuration("speaker", "n1", []);
  const text = read(path);
  t.match(
    text,
    /type: tor\/BFDUp\n +status: "True"\n +reason: Up\n +message: profile fast\n +lastTr\S+ 1970-01-01T00:01:00/,
  );
  const next = start(t, folder);
  next.clock.advance(120_000);
  await next.sink.peers("n1", [condition]);
  await next.sink.configuration("speaker", "n1", []);
  t.equal(read(path), text, "also for the next speaker");
  await next.sink.peers("n1", [{ ...condition, status: "False" }]);
  t.match(read(path), /00:01:00[^]*tor\/BFDUp[^]*"False"[^]*00:02:00/);
});

t.test("who a Service is announced to, or why not", async (t) => {
  const { sink, folder, read } = start(t);
  const reasons = ["tor-2 is for other nodes"];
  const status = { service: "shop/web", node: "n1", peers: ["tor-1"], reasons, untold: [] };
  await sink.announcement(status);
  const path = "servicebgpstatuses/n1/shop/web.yaml";
  t.equal(
    read(path),
    `apiVersion: metallb.io/v1beta1
kind: ServiceBGPStatus
metadata:
  namespace: shop
  name: bgp-n1-web
  labels:
    metallb.io/node: n1
    metallb.io/service-name: web
    metallb.io/service-namespace: shop
status:
  node: n1
  serviceName: web
  serviceNamespace: shop
  peers:
    - tor-1
  reasons:
    - tor-2 is for other nodes
`,
  );
  await sink.announcement({ ...status, peers: [], reasons: [], untold: [] });
  t.notOk(existsSync(join(folder, path)));
});

function said(name: string, peers: readonly string[]) {
  return { service: `shop/${name}`, node: "n1", peers, reasons: ["a reason"], untold: [] };
}

t.test("which Services the last run announced is read before this one says anything", async (t) => {
  const first = start(t);
  for (const one of [said("web", ["tor-1"]), said("db", [])]) await first.sink.announcement(one);
  await first.sink.announcement({ ...said("far", ["tor-1"]), node: "n2" });
  const { sink } = start(t, first.folder);
  const earlier = sink.announced("n1");
  await sink.announcement(said("web", []));
  t.same([...(await earlier)], ["shop/web"]);
  t.same([...(await sink.announced("n3"))], []);
});
