export { directorySource } from "./source.ts";
export type { DirectorySourceOptions } from "./source.ts";
