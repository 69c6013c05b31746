/** BFD for the peers of a backend. */
export type { BfdEngine, EngineHandlers, EngineStatus } from "./engine.ts";
export { Watcher } from "./watcher.ts";
export type { WatcherOptions } from "./watcher.ts";
