/** A minute's soak in a second: `make soak` takes its time. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import t from "tap";

t.test("fifty sessions with a hold time of nine seconds, each with its routes, and none is lost", async (t) => {
  const program = join(import.meta.dirname, "soak", "peers.ts");
  const { stdout } = await promisify(execFile)(process.execPath, [program, "50", "1", "100"]);
  t.match(JSON.parse(stdout), { peers: 50, established: 50, routes: 100, downs: 0, routerDowns: 0 });
});
