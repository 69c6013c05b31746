import { frr } from "./daemons.ts";
import { isDriven } from "./driven.ts";

isDriven(frr);
