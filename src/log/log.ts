/** The log: pino underneath, one line a record on stderr, as text for people or JSON for machines. */
import type { Log } from "@herald/bgp";
import { destination, pino, stdTimeFunctions } from "pino";
import type { DestinationStream, Logger as PinoLogger } from "pino";
import { plainFields } from "./fields.ts";
import { formatText } from "./text.ts";
import type { Message, Vocabulary } from "./vocabulary.ts";

/** The words of MetalLB's --log-level. */
export const LOG_LEVELS = ["all", "debug", "info", "warn", "error", "none"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export const LOG_FORMATS = ["text", "json"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

export interface LogOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Takes one line, with its line end; stderr unless given. */
  readonly write?: (line: string) => void;
}

/** Constant messages with the fields that the vocabulary gives them. */
export interface Logger {
  debug<M extends Message>(message: M, fields: Vocabulary[M]): void;
  info<M extends Message>(message: M, fields: Vocabulary[M]): void;
  warn<M extends Message>(message: M, fields: Vocabulary[M]): void;
  error<M extends Message>(message: M, fields: Vocabulary[M]): void;
  /** The same log with fields that every record gets. */
  child(fields: Readonly<Record<string, string | number>>): Logger;
  /** For libraries with messages of their own. */
  open(component: string): Log;
}

const PINO_LEVELS: Readonly<Record<LogLevel, string>> = {
  all: "trace",
  debug: "debug",
  info: "info",
  warn: "warn",
  error: "error",
  none: "silent",
};

/** Text for a terminal, JSON for whatever collects it. */
export function defaultFormat(terminal: boolean): LogFormat {
  return terminal ? "text" : "json";
}

export function createLogger(options: LogOptions): Logger {
  const { level, format, write } = options;
  const out: DestinationStream = write === undefined ? destination({ fd: 2, sync: true }) : { write };
  const stream = format === "json" ? out : { write: (record: string) => out.write(formatText(record)) };
  return wrap(
    pino(
      {
        level: PINO_LEVELS[level],
        base: null,
        timestamp: stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      stream,
    ),
  );
}

function wrap(log: PinoLogger): Logger {
  return {
    debug: (message, fields) => log.debug(plainFields(fields), message),
    info: (message, fields) => log.info(plainFields(fields), message),
    warn: (message, fields) => log.warn(plainFields(fields), message),
    error: (message, fields) => log.error(plainFields(fields), message),
    child: (fields) => wrap(log.child(fields)),
    open: (component) => openLog(log.child({ component })),
  };
}

function openLog(log: PinoLogger): Log {
  return {
    debug: (message, fields = {}) => log.debug(plainFields(fields), message),
    info: (message, fields = {}) => log.info(plainFields(fields), message),
    warn: (message, fields = {}) => log.warn(plainFields(fields), message),
  };
}
