/** The main thread's side: a thread that ends by itself, one that hangs, one that does as it is told. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import t from "tap";
import type { Test } from "tap";
import { BfdThread } from "../../../../src/net/bfd/thread.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

const CONFIG = { profile: { desiredMinTx: 1, requiredMinRx: 1, detectMultiplier: 3 } };

/** A thread of this source, and what it said. */
function start(t: Test, source: string) {
  const file = join(temporaryFolder(t), "worker.mjs");
  writeFileSync(file, `import { workerData } from "node:worker_threads";\nconst { port } = workerData;\n${source}`);
  const clock = new FakeClock();
  const said: string[] = [];
  const wakers: (() => void)[] = [];
  const note = (text: string): void => {
    said.push(text);
    for (const wake of wakers.splice(0)) wake();
  };
  const thread = new BfdThread({
    worker: pathToFileURL(file),
    timers: clock,
    onEvent: ({ users }) => note(`event ${users.join()}`),
    refused: (user, { text }) => note(`refused ${user} ${text}`),
    lost: (reason) => note(`lost ${reason}`),
  });
  t.teardown(() => thread.close());
  const until = async (text: string): Promise<void> => {
    while (!said.includes(text)) await new Promise<void>((resolve) => void wakers.push(resolve));
  };
  return { thread, clock, said, until };
}

const OBEDIENT = `
port.on("message", (request) => {
  if (request.type === "set") port.postMessage({ type: "event", event: { users: [request.user] } });
  if (request.type === "remove") port.postMessage({ type: "refused", user: request.user, problem: { text: "why" } });
  if (request.type === "status") port.postMessage({ type: "status", status: { sessions: [], scheduling: "here" } });
  if (request.type === "leave") { port.postMessage({ type: "left" }); port.close(); }
});`;

t.test("requests go there, answers come back", async (t) => {
  const { thread, until } = start(t, OBEDIENT);
  t.equal(thread.status(), undefined);
  thread.set("a", { address: "192.0.2.1", multihop: false }, CONFIG);
  await until("event a");
  thread.remove("a");
  await until("refused a why");
  await thread.refresh();
  t.match(thread.status(), { scheduling: "here" });
  await thread.close();
  await thread.close();
});

t.test("a thread that ends by itself is started again after a second, and told everything anew", async (t) => {
  const once = `port.on("message", (request) => {
    port.postMessage({ type: "event", event: { users: [request.user ?? request.type] } });
    if (request.user === "poison") throw new Error("poisoned");
  });`;
  const { thread, clock, said, until } = start(t, once);
  thread.set("a", { address: "192.0.2.1", multihop: false }, CONFIG);
  await until("event a");
  thread.remove("poison");
  await until("lost poisoned");
  said.length = 0;
  await thread.refresh();
  clock.advance(1000);
  await until("event a");
  const asked = thread.refresh();
  await until("event status");
  clock.advance(500);
  await asked;
  const closed = thread.close();
  await until("event leave");
  clock.advance(500);
  await closed;
  // It does not end by itself.
  thread.remove("poison");
  await until("event poison");
  clock.advance(10_000);
  t.notOk(
    said.some((text) => text.startsWith("lost")),
    "after its close nobody is told of its end",
  );
});
