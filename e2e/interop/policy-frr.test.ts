import { frr } from "./frr.ts";
import { keepsToPolicy } from "./policy.ts";

keepsToPolicy(frr);
