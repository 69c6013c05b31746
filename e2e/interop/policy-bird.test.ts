import { bird } from "./bird.ts";
import { keepsToPolicy } from "./policy.ts";

keepsToPolicy(bird);
