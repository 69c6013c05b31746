import t from "tap";
import { caughtUp } from "../../../../src/status/kubernetes/index.ts";
import { api, decode } from "./bench.ts";

function looking() {
  const bench = api();
  const state = { synced: true, over: false, done: false };
  const { server: client, clock, log, view } = bench;
  const looks = caughtUp({ client, clock, log, view, decode, synced: () => state.synced, over: () => state.over });
  void looks.then(() => (state.done = true));
  return { ...bench, state };
}

t.test("a new leader decides when its source shows every address that the server has", async (t) => {
  const { service, watch, settle, clock, state, records } = looking();
  service({}, [{ ip: "192.0.2.1" }], "shop/old");
  watch("shop/old");
  service({}, undefined, "shop/late");
  watch("shop/late");
  service({}, [{ ip: "192.0.2.2" }], "shop/late");
  await settle();
  t.notOk(state.done, "the watch is behind");
  t.match(records, [{ msg: "waiting to see what the former leader wrote", service: "shop/late" }]);
  watch("shop/late");
  clock.advance(500);
  await settle();
  t.ok(state.done);
});

t.test("it waits for the source's first word, and a server that refuses is asked again", async (t) => {
  const { server, settle, clock, state } = looking();
  state.synced = false;
  await settle();
  t.ok(server.requests.length <= 1);
  state.synced = true;
  server.fail("GET /api/v1/services", 400);
  for (let i = 0; i < 3; i++) {
    clock.advance(500);
    await settle();
  }
  t.ok(state.done);
});

t.test("it gives up when it leads no more", async (t) => {
  const { service, watch, settle, clock, state, server } = looking();
  watch("shop/web");
  service({}, [{ ip: "192.0.2.1" }]);
  await settle();
  state.over = true;
  clock.advance(500);
  await settle();
  t.ok(state.done);
  t.equal(server.requests.length, 1);
});
