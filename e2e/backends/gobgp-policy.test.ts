/** Herald drives a GoBGP on its own node, and says of its routes what it says by itself. */
import { frr } from "../interop/frr.ts";
import { keepsToPolicy } from "../interop/policy.ts";
import { gobgpSocket } from "../lab/index.ts";

keepsToPolicy(frr, {
  topology: "pair-gobgp-speaker.clab.yml",
  options: (speaker) => ({ more: ["--backend", "gobgp", "--gobgp-api", gobgpSocket(speaker)] }),
});
