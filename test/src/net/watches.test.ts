import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import t from "tap";
import { watchTree } from "../../../src/net/tree.ts";
import { ManualTimers } from "../../support/manual-timers.ts";
import { FolderWatches } from "../../../src/net/watches.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

/** A watch that is closed counts until the turn is over. */
async function open(): Promise<number> {
  await setImmediate();
  return process.getActiveResourcesInfo().filter((name) => name === "FSEventWrap").length;
}

t.test("once closed, nothing is watched, also where a look under way asks for it", async (t) => {
  const folder = temporaryFolder(t);
  mkdirSync(join(folder, "a"));
  const watches = new FolderWatches(() => undefined);
  t.equal(watches.watch(".", folder), undefined);
  t.equal(await open(), 1);
  watches.close();
  t.equal(watches.watch("a", join(folder, "a")), undefined);
  t.equal(await open(), 0);
});

t.test("a tree that is closed in the middle of a look waits for nothing more", async (t) => {
  const clock = new ManualTimers();
  const root = join(temporaryFolder(t), "missing");
  const tree = watchTree({ root, accept: () => true, maxBytes: 1, rescan: 30_000, clock });
  const started = tree.start(() => undefined);
  tree.close();
  await started;
  t.equal(clock.count, 0);
});
