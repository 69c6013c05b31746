/** Lists and watches on a server that ends them, refuses them, breaks them off or is not there. */
import t from "tap";
import { ApiError } from "../../../../src/net/kubernetes/client.ts";
import {
  DOWN,
  NODES,
  pool,
  POOLS,
  readCluster,
  service,
  SERVICES,
  tinyCluster,
} from "../../../support/cluster-source.ts";
import { line, type TinyKube } from "../../../support/tiny-kube.ts";

t.test("an object that was deleted and made again while nobody looked is told anew", async (t) => {
  const kube = tinyCluster();
  kube.put(SERVICES, service("web"));
  const { told, pass } = await readCluster(t, kube);
  await told();
  kube.fault = () => DOWN;
  kube.end(SERVICES, DOWN);
  await told();
  kube.delete(SERVICES, "shop/web");
  kube.put(SERVICES, service("web"));
  kube.compact();
  kube.fault = () => undefined;
  await pass(20_000);
  t.same(await told(), ["+ Service shop/web"]);
});

t.test("a watch that ends goes on where it was, without another list", async (t) => {
  const kube = tinyCluster();
  kube.put(SERVICES, service("web"));
  const { told, clock, pass } = await readCluster(t, kube);
  await told();
  clock.advance(60_000);
  kube.end(SERVICES);
  kube.put(SERVICES, service("db"));
  t.same(await told(), ["+ Service shop/db"]);
  kube.end(SERVICES, new ApiError("cut", { status: 0, reason: "ECONNRESET" }));
  kube.delete(SERVICES, "shop/web");
  await pass(250);
  t.same(await told(), ["- Service shop/web"]);
  const asked = kube.asked.filter((each) => each.includes(SERVICES));
  t.equal(asked.length, 3);
  t.match(asked[1], /resourceVersion=101&watch=1/);
  t.match(asked[2], /resourceVersion=102&watch=1/);
});

t.test("a bookmark moves the point at which a watch goes on", async (t) => {
  const kube = tinyCluster();
  kube.put(SERVICES, service("web"));
  const { clock, told } = await readCluster(t, kube);
  kube.put(NODES, { metadata: { name: "a" } });
  kube.bookmark();
  await told();
  clock.advance(60_000);
  kube.end(SERVICES);
  await told();
  t.match(kube.asked.at(-1), /services\?.*resourceVersion=102&/);
});

t.test("a change is told at once, and in a burst what comes within 50 ms is told together", async (t) => {
  const kube = tinyCluster();
  const names = Array.from({ length: 30 }, (_, i) => `web-${i}`);
  for (const name of names) kube.put(SERVICES, service(name));
  const { clock, told } = await readCluster(t, kube);
  t.equal((await told()).filter((each) => each.startsWith("+ Service")).length, 30, "a list is no burst");
  const change = (from: number, to: number): void => {
    for (const name of names.slice(from, to)) kube.put(SERVICES, service(name, { ports: [{ port: clock.now() }] }));
  };
  change(0, 9);
  t.equal((await told()).length, 9);
  change(9, 15);
  t.same(await told(), ["+ Service shop/web-9"], "the tenth within 100 ms makes it a burst");
  clock.advance(49);
  t.same(await told(), []);
  clock.advance(1);
  t.equal((await told()).length, 5);
  clock.advance(51);
  await told();
  clock.advance(100);
  change(15, 16);
  t.same(await told(), ["+ Service shop/web-15"], "and after a pause one is told at once");
});

const EXPIRED = { kind: "Status", code: 410, reason: "Expired", message: "too old resource version: 1 (2)" };

t.test("410, in any of its ways, lists again and tells only what is different", async (t) => {
  const ways: Record<string, (kube: TinyKube) => void> = {
    "as the answer to a watch": (kube) => {
      kube.compact();
      kube.end(SERVICES);
    },
    "as an event": (kube) => kube.send(SERVICES, line("ERROR", EXPIRED)),
    "in the middle of a list, too": (kube) => {
      kube.compact();
      kube.streamingLists = false;
      let once = false;
      kube.fault = ({ query }) => {
        if (query["continue"] === undefined || once) return undefined;
        once = true;
        return new ApiError("410", { status: 410, reason: "Expired" });
      };
      kube.end(SERVICES);
    },
  };
  for (const [way, act] of Object.entries(ways)) {
    for (const streamingLists of [true, false]) {
      const kube = tinyCluster();
      kube.streamingLists = streamingLists;
      for (let at = 0; at < 600; at += 1) kube.put(SERVICES, service(`web-${at}`));
      const { told, clock, pass } = await readCluster(t, kube);
      t.equal((await told()).length, 601);
      clock.advance(60_000);
      // Nobody hears of these.
      const [watchers] = [kube.watching(SERVICES)];
      t.equal(watchers, 1);
      act(kube);
      kube.delete(SERVICES, "shop/web-7");
      kube.put(SERVICES, service("web-8", { externalTrafficPolicy: "Local" }));
      kube.put(SERVICES, service("new"));
      await pass(2000);
      t.same((await told()).toSorted(), ["+ Service shop/new", "+ Service shop/web-8", "- Service shop/web-7"], way);
    }
  }
});

t.test(
  "an API server that is down changes nothing, is asked more and more seldom, and is noticed when it is back",
  async (t) => {
    const kube = tinyCluster();
    kube.put(SERVICES, service("web"));
    kube.put(POOLS, pool("first"));
    const { told, records, pass } = await readCluster(t, kube);
    await told();
    kube.fault = () => DOWN;
    kube.end(undefined, DOWN);
    const before = kube.asked.length;
    await pass(60_000, 240);
    t.same(await told(), []);
    const attempts = kube.asked.length - before;
    t.ok(attempts > 50 && attempts < 120, `${attempts} attempts for 8 kinds in a minute`);
    kube.delete(SERVICES, "shop/web");
    kube.fault = () => undefined;
    await pass(10_000);
    t.same(await told(), ["- Service shop/web"]);
    const said = records.filter(({ level }) => level !== "debug").map(({ msg }) => msg);
    t.same(said, ["not read; trying again", "everything is read again"]);
  },
);

t.test("a server that is not there at the start is waited for", async (t) => {
  const kube = tinyCluster();
  kube.put(SERVICES, service("web"));
  kube.fault = () => DOWN;
  const { told, pass } = await readCluster(t, kube);
  await pass(30_000);
  t.same(await told(), []);
  kube.fault = () => undefined;
  await pass(10_000);
  t.same(await told(), ["+ Service shop/web", "synced"]);
});

t.test("429 is obeyed: nothing is asked before the time it gives", async (t) => {
  const kube = tinyCluster();
  kube.put(SERVICES, service("web"));
  let refused = 0;
  kube.fault = ({ path }) => {
    if (path !== SERVICES || refused > 0) return undefined;
    refused += 1;
    return new ApiError("429", { status: 429, reason: "TooManyRequests", retryAfter: 7000 });
  };
  const { told, pass } = await readCluster(t, kube);
  await pass(7000);
  t.same(await told(), []);
  await pass(250);
  t.same(await told(), ["+ Service shop/web", "synced"]);
});

t.test("a watch cut in the middle of a line or a character loses nothing and tells nothing twice", async (t) => {
  const bytes = line("ADDED", service("wörld"));
  for (let cut = 1; cut < bytes.length; cut += 7) {
    const kube = tinyCluster();
    const { told, clock, pass } = await readCluster(t, kube);
    await told();
    clock.advance(20_000);
    kube.send(SERVICES, bytes.subarray(0, cut));
    await told();
    kube.end(SERVICES, cut % 2 === 0 ? DOWN : undefined);
    kube.put(SERVICES, service("wörld"));
    await pass(500);
    t.same(await told(), ["+ Service shop/wörld"], `after ${cut} bytes`);
  }
});

t.test("what is no event ends the watch, which then goes on", async (t) => {
  for (const garbage of ["<html>\n", '{"type":"ODD","object":{}}\n', '{"type":"ADDED","object":{"metadata":{}}}\n']) {
    const kube = tinyCluster();
    const { told, pass } = await readCluster(t, kube);
    await told();
    kube.send(SERVICES, new TextEncoder().encode(garbage));
    await told();
    kube.put(SERVICES, service("web"));
    await pass(500);
    t.same(await told(), ["+ Service shop/web"]);
  }
});

t.test("a watch that died without a word is given up, and nothing is lost", async (t) => {
  const kube = tinyCluster();
  const { told, pass } = await readCluster(t, kube);
  await told();
  // It says nothing any more, and does not end either.
  const open = kube.watching(SERVICES);
  const mute = kube.mute(SERVICES);
  kube.put(SERVICES, service("web"));
  await pass(250_000);
  t.same(await told(), []);
  mute();
  await pass(60_000);
  t.same(await told(), ["+ Service shop/web"]);
  t.equal(kube.watching(SERVICES), open);
});

t.test("a server that takes a streaming list and never ends it is asked page by page", async (t) => {
  const kube = tinyCluster();
  kube.endsLists = false;
  kube.put(SERVICES, service("web"));
  const { told, pass } = await readCluster(t, kube);
  t.same(await told(), ["+ Service shop/web"], "what came is told");
  await pass(32_000);
  t.same(await told(), ["synced"]);
});
