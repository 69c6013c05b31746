import t from "tap";
import type { BackendEvent } from "../../src/backend/backend.ts";
import { FakeBackend } from "../../src/backend/fake/index.ts";
import { PASS_BOUNDS } from "../../src/pass-times.ts";
import { WireTimes } from "../../src/wire-times.ts";
import { settled } from "../support/memory-cluster.ts";

function bench() {
  let now = 0;
  const listeners: ((event: BackendEvent) => void)[] = [];
  const backend = new FakeBackend();
  backend.subscribe = (listener) => {
    listeners.push(listener);
    return () => undefined;
  };
  backend.update = () => undefined;
  const times = new WireTimes(() => now);
  const watched = times.around(backend);
  const tell = (event: BackendEvent): void => listeners.forEach((listener) => listener(event));
  return { tell, times, watched, at: (milliseconds: number) => void (now = milliseconds) };
}

const CHANGE = [{ type: "service", key: "shop/web" }] as const;

t.test("the time runs from the change to the moment when the routes are written", async (t) => {
  const { tell, times, watched, at } = bench();
  times.take(CHANGE);
  at(1);
  times.take(CHANGE);
  watched.update([]);
  await settled();
  at(4);
  tell({ type: "synced", peer: "tor" });
  t.equal(times.counts.sum, 0.004);
  t.equal(times.counts.cumulative[PASS_BOUNDS.indexOf(0.005)], 1);
  tell({ type: "synced", peer: "other" });
  t.equal(times.counts.cumulative.at(-1), 1);
});

t.test("a change from which no route follows is not counted, nor added to a later one", async (t) => {
  const { tell, times, watched, at } = bench();
  times.take(CHANGE);
  await settled();
  times.take([{ type: "problems" }]);
  watched.update([]);
  tell({ type: "synced", peer: "tor" });
  t.equal(times.counts.cumulative.at(-1), 0);
  at(1000);
  times.take(CHANGE);
  watched.update([]);
  at(1002);
  tell({ type: "synced", peer: "tor" });
  t.equal(times.counts.sum, 0.002);
});

t.test("what only some backends have is there all the same", async (t) => {
  const asked: string[] = [];
  const backend = Object.assign(new FakeBackend(), { refresh: async () => void asked.push("refresh") });
  const watched = new WireTimes(() => 0).around(backend);
  await watched.refresh?.();
  t.same(asked, ["refresh"]);
  t.notOk("glass" in watched, "and what it has not is not");
  const glass = { peers: () => [], routes: () => [], log: () => [] };
  t.equal(new WireTimes(() => 0).around(Object.assign(new FakeBackend(), { glass })).glass, glass);
});
