/** Herald drives an FRR on its own node, and says of its routes what it says by itself. */
import { frr } from "../interop/frr.ts";
import { keepsToPolicy } from "../interop/policy.ts";

keepsToPolicy(frr, {
  topology: "pair-frr-speaker.clab.yml",
  options: ({ folder }) => ({ more: ["--backend", "frr", "--frr-vty", folder] }),
  lacks: new Set(["next-hop-ipv6"] as const),
});
