/** The compliance suite of backends, on the daemons themselves. */
import t from "tap";
import { newestFrr } from "../lab/index.ts";
import { isRoot } from "../interop/pair.ts";
import { compliesOn } from "./complies.ts";

if (isRoot(t)) {
  t.setTimeout(900_000);
  for (const daemon of ["bgpd", "gobgpd"] as const) {
    t.test(`what every backend does, on ${daemon}`, (t) => compliesOn(t, daemon));
  }
  t.test("what every backend does, on the bgpd of the newest FRR", async (t) => {
    process.env["HERALD_FRR"] = await newestFrr((sentence) => t.comment(sentence));
    await compliesOn(t, "bgpd");
  });
}
