export { createLogger, defaultFormat, LOG_FORMATS, LOG_LEVELS } from "./log.ts";
export type { LogFormat, Logger, LogLevel, LogOptions } from "./log.ts";
export type { Message, Vocabulary } from "./vocabulary.ts";
