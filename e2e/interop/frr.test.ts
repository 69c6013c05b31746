import { frr } from "./frr.ts";
import { interoperates } from "./suite.ts";

interoperates(frr);
