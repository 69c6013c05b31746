/** The contract of a source: one stream of objects, whatever it reads them from. */
import type { SourceEvent } from "../model/object.ts";

export interface Source {
  /** Reads what is there, tells `synced`, and then every change until `close`. Called once. */
  start(listen: (event: SourceEvent) => void): Promise<void>;
  close(): Promise<void>;
}
