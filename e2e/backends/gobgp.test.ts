import { gobgpd } from "./daemons.ts";
import { isDriven } from "./driven.ts";

isDriven(gobgpd);
