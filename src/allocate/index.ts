/** The address allocator. */
export { Allocator } from "./allocator.ts";
export type { AllocatorOptions } from "./allocator.ts";
