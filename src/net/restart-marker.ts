/**
 * What the last run on a node left to this one. A file that is there when an agent starts, of the same boot of the
 * machine and the same network namespace (that of a node which is a container goes with it), says that routers may hold routes of ours and that the kernel went on forwarding (RFC 4724 §4.1). It outlives
 * a pod, not what it says of a boot.
 */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { explainSystemError } from "./errors.ts";
import { readIfPresent, removeFile, writeAtomic } from "./files.ts";
import { pathComponent } from "./state-folder.ts";

export interface LastRun {
  /** There was one, and it did not withdraw its routes. */
  readonly restarted: boolean;
  /** The machine was not booted since, and its network is the same: the kernel has its rules and routes. */
  readonly forwarding: boolean;
  /** The routes are withdrawn: the next run is a first one. */
  forget(): Promise<void>;
}

export interface MarkerOptions {
  /** Absent: there is no folder that outlives this process. */
  readonly state?: string;
  readonly nodeName: string;
  /** Changes with each boot. */
  readonly bootId: () => Promise<string | undefined>;
  /** Changes with each network namespace; undefined where it cannot be told. */
  readonly network: () => string | undefined;
  /** Seconds since the machine was booted. */
  readonly uptime: () => number;
  readonly failed: (file: string, error: string) => void;
}

/** Linux gives each boot a random name. */
export async function bootId(): Promise<string | undefined> {
  return (await readIfPresent("/proc/sys/kernel/random/boot_id"))?.trim();
}

interface Marker {
  readonly bootId: string;
  /** "" where it could not be told. */
  readonly network: string;
  /** Whose it is. */
  readonly run: string;
}

function textOf(value: object, field: keyof Marker): string {
  const text: unknown = Reflect.get(value, field);
  return typeof text === "string" ? text : "";
}

function parse(text: string | undefined): Marker | undefined {
  try {
    const value: unknown = text === undefined ? undefined : JSON.parse(text);
    if (typeof value !== "object" || value === null) return undefined;
    return { bootId: textOf(value, "bootId"), network: textOf(value, "network"), run: textOf(value, "run") };
  } catch {
    return undefined;
  }
}

/** Seconds after which no router holds routes of a run that is over: a hold time and a restart time (RFC 4724 §3), of any usual length. */
const FORGOTTEN = 600;

/**
 * Without a marker nobody knows of a run before; but a machine that has been up for longer than routers keep routes has
 * forwarded since any run of which they may still hold some. So R and F are right wherever they matter.
 */
function unknownRun(uptime: number): LastRun {
  const forwarding = uptime > FORGOTTEN;
  return { restarted: forwarding, forwarding, forget: () => Promise.resolve() };
}

/** Reads the marker and sets it for this run. Where that fails `failed` is told, and it is as if there were no folder. */
export async function readLastRun(options: MarkerOptions): Promise<LastRun> {
  const { state, nodeName, bootId: boot, network: namespace, uptime, failed } = options;
  if (state === undefined) return unknownRun(uptime());
  const file = join(state, "restart", `${pathComponent(nodeName)}.json`);
  const run = randomUUID();
  const tell = (error: unknown): void => failed(file, explainSystemError(error));
  /** Another agent of this node may have begun meanwhile: the marker is its own then. */
  const forget = async (): Promise<void> => {
    try {
      if (parse(await readIfPresent(file))?.run === run) await removeFile(file);
    } catch (error) {
      tell(error);
    }
  };
  try {
    const [text, now = ""] = await Promise.all([readIfPresent(file), boot()]);
    const network = namespace() ?? "";
    const before = parse(text);
    await writeAtomic(file, `${JSON.stringify({ bootId: now, network, run })}\n`, { durable: true });
    const forwarding = now !== "" && before?.bootId === now && before.network === network;
    return { restarted: before !== undefined, forwarding, forget };
  } catch (error) {
    tell(error);
    return unknownRun(uptime());
  }
}
