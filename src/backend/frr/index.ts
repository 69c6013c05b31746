/** The backend on a running FRR. */
export { frrSupports } from "./features.ts";
export { frrBackend } from "./frr.ts";
export type { FrrOptions } from "./frr.ts";
export type { Vty, VtyAnswer } from "./vty.ts";
