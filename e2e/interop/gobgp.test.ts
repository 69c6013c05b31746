import { gobgp } from "./gobgp.ts";
import { interoperates } from "./suite.ts";

interoperates(gobgp);
