/** The same with the newest FRR of Debian's stable packages, beside the one that is installed. */
import t from "tap";
import { newestFrr } from "../lab/index.ts";
import { isRoot } from "../interop/pair.ts";

if (isRoot(t)) {
  process.env["HERALD_FRR"] = await newestFrr((sentence) => t.comment(sentence));
  for (const file of ["frr", "purpose"]) await import(`./${file}.test.ts`);
  t.setTimeout(600_000);
}
