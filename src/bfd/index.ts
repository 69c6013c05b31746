/** BFD for the peers of a backend. */
export type { BfdEngine, EngineHandlers, EngineStatus } from "./ports.ts";
export { Watcher } from "./watcher.ts";
export type { WatcherOptions } from "./watcher.ts";
