/** BGP messages in words. */
export { frames } from "./frames.ts";
export { readHex } from "./hex.ts";
export type { HexText } from "./hex.ts";
export { describeMessage } from "./message.ts";
export type { Described } from "./message.ts";
