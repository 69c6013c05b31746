/** What a BGPPeer does not ask for: link-local addresses that are configured, one address over two links, authentication. BFD alone, with BIRD and FRR. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { birdc, until } from "../lab/index.ts";
import type { LabNode, Task } from "../lab/index.ts";
import { isRoot, pair } from "../interop/pair.ts";
import { birdStates, frrPeers } from "./states.ts";

const BFD_NODE = join(import.meta.dirname, "..", "..", "test", "support", "bfd-node.ts");
const PROFILE = { desiredMinTx: 100_000, requiredMinRx: 100_000, detectMultiplier: 3 };

async function run(node: LabNode, sessions: object): Promise<Task> {
  const file = join(node.folder, "sessions.json");
  writeFileSync(file, JSON.stringify(sessions));
  const task = node.spawn(process.execPath, [BFD_NODE, file], { name: "bfd" });
  await until("BFD to start", () => task.output().includes("started") || undefined, { seen: () => task.output() });
  return task;
}

interface Event {
  readonly to?: string;
  readonly users?: readonly string[];
  readonly status?: { readonly dropped: Readonly<Record<string, number>> };
}

function events(task: Task): Event[] {
  return task
    .output()
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Event);
}

function isUp(task: Task, user: string): true | undefined {
  const last = events(task).findLast(({ users }) => users?.includes(user));
  return last?.to === "Up" ? true : undefined;
}

/** A link-local address of its own on this device. */
async function linkLocal(node: LabNode, address: string, device: string): Promise<void> {
  await node.exec("ip", ["address", "add", `${address}/64`, "dev", device]);
}

/** A session over a link of its own. */
function session(address: string, link: string) {
  return { path: { address, interface: link, multihop: false }, config: { profile: PROFILE } };
}

function birdConfig(authentication: string, password: string): string {
  const auth = `authentication ${authentication}; password "${password}" { id 1; };`;
  const link = `interface "*" { min rx interval 100 ms; min tx interval 100 ms; multiplier 3; ${auth} };`;
  return `protocol bfd {\n  ${link}\n  neighbor 10.0.0.11;\n}\n`;
}

if (isRoot(t)) {
  t.test("link-local addresses, with FRR", async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    await linkLocal(speaker, "fe80::11", "router");
    await linkLocal(router, "fe80::1", "speaker");
    await router.vtysh(
      "configure terminal",
      "bfd",
      "peer fe80::11 local-address fe80::1 interface speaker",
      "no shutdown",
    );
    const path = { address: "fe80::1", interface: "router", multihop: false };
    const task = await run(speaker, { router: { path, config: { profile: PROFILE } } });
    const seen = { seen: () => task.output() };
    await until("the session", () => isUp(task, "router"), seen);
    await until(
      "FRR to say so",
      async () => (await frrPeers(router)).some(({ status }) => status === "up") || undefined,
    );
    t.equal(await task.stop(), 0);
    await until(
      "FRR to see it leave",
      async () => (await frrPeers(router)).every(({ status }) => status === "down") || undefined,
    );
  });

  t.test("one link-local address over two links: two sessions, told apart", async (t) => {
    const { speaker, router } = await pair(t, "pair-bird.clab.yml");
    await router.exec("ip", [
      "link",
      "add",
      "second",
      "type",
      "veth",
      "peer",
      "name",
      "second",
      "netns",
      speaker.namespace,
    ]);
    for (const node of [speaker, router]) await node.exec("ip", ["link", "set", "second", "up"]);
    for (const device of ["router", "second"]) await linkLocal(speaker, "fe80::11", device);
    for (const device of ["speaker", "second"]) await linkLocal(router, "fe80::1", device);
    const here = await run(speaker, { first: session("fe80::1", "router"), second: session("fe80::1", "second") });
    const there = await run(router, { first: session("fe80::11", "speaker"), second: session("fe80::11", "second") });
    for (const user of ["first", "second"]) {
      await until(`${user} here`, () => isUp(here, user), { seen: () => here.output() });
      await until(`${user} there`, () => isUp(there, user), { seen: () => there.output() });
    }
    await router.exec("ip", ["link", "set", "second", "down"]);
    await until("the second to be down", () => (isUp(here, "second") ? undefined : true));
    t.ok(isUp(here, "first"), "the first one is not");
  });

  for (const [type, name] of [
    [1, "simple"],
    [2, "keyed md5"],
    [3, "meticulous keyed md5"],
    [4, "keyed sha1"],
    [5, "meticulous keyed sha1"],
  ] as const) {
    t.test(`authentication ${name}, with BIRD; a wrong key stays down and is counted`, async (t) => {
      const { speaker, router } = await pair(t, "pair-bird.clab.yml");
      router.edit("bird.conf", (text) => birdConfig(name, "not-the-key") + text);
      await birdc(router, "configure");
      const config = { profile: PROFILE, authentication: { type, key: "the-key" } };
      const task = await run(speaker, { router: { path: { address: "10.0.0.1", multihop: false }, config } });
      await until(
        "packets with the wrong key to be dropped",
        () => {
          task.signal("SIGUSR1");
          const dropped = events(task).findLast(({ status }) => status !== undefined)?.status?.dropped ?? {};
          return (dropped["authentication-failed"] ?? 0) > 0 || undefined;
        },
        { seen: () => task.output() },
      );
      t.equal(isUp(task, "router"), undefined);
      router.edit("bird.conf", (text) => text.replace("not-the-key", "the-key"));
      await birdc(router, "configure");
      await until("the session", () => isUp(task, "router"), { seen: () => task.output() });
      await until("BIRD to say so", async () => (await birdStates(router)).get("10.0.0.11") === "Up" || undefined);
      await new Promise((resolve) => setTimeout(resolve, 2000));
      t.ok(isUp(task, "router"), "and it lasts");
      t.equal(events(task).filter(({ to }) => to === "Down").length, 0);
    });
  }
}
