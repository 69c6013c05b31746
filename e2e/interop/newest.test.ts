/** The same behaviours with the newest FRR of Debian's stable packages, beside the one that is installed. */
import t from "tap";
import { newestFrr } from "../lab/index.ts";
import { frr } from "./frr.ts";
import { isRoot } from "./pair.ts";
import { keepsToPolicy } from "./policy.ts";
import { interoperates } from "./suite.ts";

if (isRoot(t)) {
  t.setTimeout(600_000);
  process.env["HERALD_FRR"] = await newestFrr((sentence) => t.comment(sentence));
  interoperates(frr);
  keepsToPolicy(frr);
}
