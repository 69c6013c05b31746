/**
 * What the last run on a node left to this one. A file that is there when an agent starts, of the same boot of the
 * machine, says that routers may hold routes of ours and that the kernel went on forwarding (RFC 4724 §4.1). It outlives
 * a pod, not what it says of a boot.
 */
import { join } from "node:path";
import { explainSystemError } from "./errors.ts";
import { readIfPresent, removeFile, writeAtomic } from "./files.ts";
import { pathComponent } from "./state-folder.ts";

export interface LastRun {
  /** There was one, and it did not withdraw its routes. */
  readonly restarted: boolean;
  /** The machine was not booted since. */
  readonly forwarding: boolean;
  /** The routes are withdrawn: the next run is a first one. */
  forget(): Promise<void>;
}

export interface MarkerOptions {
  readonly state: string;
  readonly nodeName: string;
  /** Changes with each boot. */
  readonly bootId: () => Promise<string | undefined>;
  readonly failed: (file: string, error: string) => void;
}

/** Linux gives each boot a random name. */
export async function bootId(): Promise<string | undefined> {
  return (await readIfPresent("/proc/sys/kernel/random/boot_id"))?.trim();
}

function bootOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? Reflect.get(value, "bootId") : undefined;
  } catch {
    return undefined;
  }
}

/** Reads the marker and sets it for this run. Where that fails this is a first run, and `failed` is told. */
export async function readLastRun({ state, nodeName, bootId: boot, failed }: MarkerOptions): Promise<LastRun> {
  const file = join(state, "restart", `${pathComponent(nodeName)}.json`);
  const tell = (error: unknown): void => failed(file, explainSystemError(error));
  const forget = (): Promise<void> => removeFile(file).catch(tell);
  try {
    const [text, now] = await Promise.all([readIfPresent(file), boot()]);
    const before = text === undefined ? undefined : bootOf(text);
    await writeAtomic(file, `${JSON.stringify({ bootId: now ?? "" })}\n`, { durable: true });
    const restarted = typeof before === "string";
    return { restarted, forwarding: restarted && now !== undefined && before === now, forget };
  } catch (error) {
    tell(error);
    return { restarted: false, forwarding: false, forget };
  }
}
