/** BGP messages in words. */
export { hex } from "./names.ts";
export { describeCapability } from "./open.ts";
export { encodeMrt } from "./mrt.ts";
export { frames } from "./frames.ts";
export { readHex } from "./hex.ts";
export type { HexText } from "./hex.ts";
export { describeMessage } from "./message.ts";
export type { Described } from "./message.ts";
