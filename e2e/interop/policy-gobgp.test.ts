import { gobgp } from "./gobgp.ts";
import { keepsToPolicy } from "./policy.ts";

keepsToPolicy(gobgp);
