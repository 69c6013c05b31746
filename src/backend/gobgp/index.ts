/** The backend on a running GoBGP. */
export { gobgpSupports } from "./features.ts";
export { gobgpBackend } from "./gobgp.ts";
export type { GobgpOptions } from "./gobgp.ts";
export type { Rpc } from "./rpc.ts";
