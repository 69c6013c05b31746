/** Reads a folder or file once, for the commands that do not follow it. */
import type { SourceEvent } from "../model/object.ts";
import type { System } from "./system.ts";

/** All events up to `synced`. Rejects with a UsageError where the path cannot be read. */
export async function readOnce(path: string, system: System): Promise<readonly SourceEvent[]> {
  const events: SourceEvent[] = [];
  const source = await system.source({ config: path });
  try {
    await source.start((event) => events.push(event));
  } finally {
    await source.close();
  }
  return events;
}
