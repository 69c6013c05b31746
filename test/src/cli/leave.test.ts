import t from "tap";
import { leaveFor } from "../../../src/cli/leave.ts";

t.test("what ends the agent decides how it leaves", (t) => {
  const rows = [
    ["auto", "SIGTERM", undefined, "keep", "Herald on node n1 restarts"],
    ["auto", "SIGTERM", "is being deleted", "drain", "node n1 is being deleted"],
    ["auto", "SIGINT", undefined, "drain", "Herald on node n1 stops"],
    ["auto", "", undefined, "keep", "Herald on node n1 restarts"],
    ["keep", "SIGINT", "is cordoned", "keep", "Herald on node n1 restarts"],
    ["drain", "SIGTERM", undefined, "drain", "Herald on node n1 stops"],
    ["withdraw", "SIGTERM", "is cordoned", "withdraw", "node n1 is cordoned"],
  ] as const;
  for (const [onStop, signal, leaving, leave, text] of rows) {
    t.same(leaveFor(onStop, signal, "n1", leaving), { leave, text }, `${onStop} ${signal} ${leaving ?? ""}`);
  }
  t.end();
});
