import { createLogger } from "../../src/log/index.ts";
import type { Logger } from "../../src/log/index.ts";

/** A log whose records a test can read. */
export function recordingLog(): { readonly log: Logger; readonly records: Record<string, unknown>[] } {
  const records: Record<string, unknown>[] = [];
  const write = (line: string): void => {
    const { time: _, ...record } = JSON.parse(line) as Record<string, unknown>;
    records.push(record);
  };
  return { log: createLogger({ level: "all", format: "json", write }), records };
}
