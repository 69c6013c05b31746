/**
 * One controller for each state folder. The rule, which looks at no clock but the observer's own:
 *
 * - The lease is a file with a holder and the time of its last renewal. A controller that finds none, or its own, takes it.
 * - One that finds another's waits until the file has not changed for `DURATION` by its own clock, then writes its own.
 * - A lease taken from another holder counts when it is still there `SETTLE` later: of two that take it at once, the last one has it.
 * - The holder renews every `RENEW`. If it finds another's lease, or could neither read nor renew its own for `DEADLINE`
 *   and a last look, it has lost it: that is before anyone else can have taken it. A holder that was held up itself, by a
 *   busy start or a suspended machine, and then finds its own lease, goes on: nobody has taken it.
 */
import type { Clock, Timer } from "../net/clock.ts";
import { explainSystemError, systemErrorCode } from "../net/errors.ts";
import { createExclusive, overwrite, readIfPresent, removeFile, writeAtomic } from "../net/files.ts";
import type { Logger } from "../log/index.ts";

/** Milliseconds, as Kubernetes has them for leader election; `SETTLE` is the longest a write may take between decision and rename. */
export const DURATION = 15_000;
export const DEADLINE = 10_000;
export const RENEW = 2_000;
export const SETTLE = 1_000;
export const LAST_LOOK = 2_000;

/** What a lease file says; the holder is "" where it says nothing sensible. `renewed` is for people, and makes each renewal a change. */
export interface Lease {
  readonly holder: string;
  readonly renewed: string;
}

/** What one contender knows. Times in milliseconds of its own monotonic clock. */
export type Position =
  | { readonly kind: "waiting"; readonly seen: Lease | undefined; readonly since: number }
  | { readonly kind: "taking"; readonly since: number }
  | { readonly kind: "holding"; readonly renewed: number }
  | { readonly kind: "lost"; readonly to: string };

export interface Decision {
  readonly position: Position;
  /** What to do with the file: "create" only if there is none. */
  readonly write?: "create" | "replace";
  /** Milliseconds until the next look. */
  readonly again: number;
}

/** `found` is the lease as just read: undefined for none, "unknown" if it could not be read. */
export function decideLease(
  me: string,
  position: Position,
  found: Lease | "unknown" | undefined,
  now: number,
): Decision {
  if (position.kind === "lost") return { position, again: RENEW };
  if (position.kind === "holding") return decideHolder(me, position, found, now);
  if (found === "unknown") return { position, again: RENEW };
  if (found === undefined) return { position: waiting(undefined, now), write: "create", again: 0 };
  if (found.holder === me) {
    const settled = position.kind === "waiting" || now - position.since >= SETTLE;
    if (settled) return { position: { kind: "holding", renewed: now }, write: "replace", again: RENEW };
    return { position, again: position.since + SETTLE - now };
  }
  const same =
    position.kind === "waiting" && position.seen?.holder === found.holder && position.seen.renewed === found.renewed;
  if (!same) return { position: waiting(found, now), again: RENEW };
  if (now - position.since < DURATION) return { position, again: Math.min(RENEW, position.since + DURATION - now) };
  return { position: { kind: "taking", since: now }, write: "replace", again: SETTLE };
}

function waiting(seen: Lease | undefined, since: number): Position {
  return { kind: "waiting", seen, since };
}

function decideHolder(
  me: string,
  position: Extract<Position, { kind: "holding" }>,
  found: Lease | "unknown" | undefined,
  now: number,
): Decision {
  if (found !== "unknown" && found !== undefined && found.holder !== me && found.holder !== "") {
    return { position: { kind: "lost", to: found.holder }, again: RENEW };
  }
  const late = now - position.renewed >= DEADLINE;
  if (late && (found === "unknown" || found?.holder !== me))
    return { position: { kind: "lost", to: "" }, again: RENEW };
  // Someone may have been about to take it: then the next look says so.
  if (late) return { position, write: "replace", again: SETTLE };
  // A file that someone removed or spoilt is written again: the holder is still the one.
  return { position, write: "replace", again: RENEW };
}

export interface LeaseOptions {
  /** The state folder. */
  readonly folder: string;
  /** Unique to this process. */
  readonly holder: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called at most once, after `held` resolved: this process must stop writing. */
  readonly lost: (reason: string) => void;
}

export interface HeldLease {
  /** Resolves when the lease is held; stays open while another holds it. */
  readonly held: Promise<void>;
  /** Gives the lease up, so that the next controller need not wait; or stops waiting for it. */
  release(): Promise<void>;
}

const FILE = "lease.json";

/** What is no lease is one of nobody, which runs out like any other. */
function parseLease(text: string): Lease {
  const nobody = { holder: "", renewed: text };
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null) return nobody;
    const { holder, renewed }: { holder?: unknown; renewed?: unknown } = value;
    return typeof holder === "string" && typeof renewed === "string" ? { holder, renewed } : nobody;
  } catch {
    return nobody;
  }
}

export function acquireLease(options: LeaseOptions): HeldLease {
  return new FolderLease(options);
}

class FolderLease implements HeldLease {
  readonly held: Promise<void>;
  readonly #options: LeaseOptions;
  readonly #path: string;
  #position: Position;
  #resolve: () => void = () => undefined;
  #timer: Timer | undefined;
  #deadline: Timer | undefined;
  #look: Promise<void>;
  #released = false;
  #told = "";
  /** What last kept the lease from being read or written, and was said. */
  #trouble = "";

  constructor(options: LeaseOptions) {
    this.#options = options;
    this.#path = `${options.folder}/${FILE}`;
    this.#position = waiting(undefined, options.clock.now());
    this.held = new Promise((resolve) => {
      this.#resolve = resolve;
    });
    this.#look = this.#step();
  }

  async release(): Promise<void> {
    this.#released = true;
    this.#timer?.cancel();
    this.#deadline?.cancel();
    await this.#look;
    this.#deadline?.cancel();
    if (this.#position.kind !== "holding") return;
    const found = await this.#read();
    if (found !== "unknown" && found?.holder === this.#options.holder) await removeFile(this.#path);
  }

  async #read(): Promise<Lease | "unknown" | undefined> {
    try {
      const text = await readIfPresent(this.#path);
      return text === undefined ? undefined : parseLease(text);
    } catch (error) {
      this.#failed(error);
      return "unknown";
    }
  }

  async #step(): Promise<void> {
    const { clock, holder } = this.#options;
    const found = await this.#read();
    const before = this.#position;
    const decision = decideLease(holder, before, found, clock.now());
    this.#position = decision.position;
    if (this.#released) return;
    const failed = decision.write !== undefined && !(await this.#write(decision.write));
    this.#tell(before);
    if (this.#released || this.#position.kind === "lost") return;
    // Where a file cannot be made, trying again at once would do nothing else.
    this.#timer = clock.setTimer(failed ? RENEW : decision.again, () => {
      this.#look = this.#step();
    });
  }

  /** Whether it could. */
  async #write(how: "create" | "replace"): Promise<boolean> {
    const { clock, holder } = this.#options;
    const text = `${JSON.stringify({ holder, renewed: new Date(clock.wall()).toISOString() })}\n`;
    const asked = clock.now();
    try {
      if (how === "create") await createExclusive(this.#path, text);
      else await this.#replace(text);
      this.#trouble = "";
      // Counted from before the write: whoever waits counts from after it.
      if (this.#position.kind === "holding") {
        this.#position = { kind: "holding", renewed: asked };
        this.#armDeadline();
      }
      return true;
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  /** A holder's own lease is as long after a renewal as before: a full disk takes it where it is. */
  async #replace(text: string): Promise<void> {
    try {
      await writeAtomic(this.#path, text);
    } catch (error) {
      const full = ["ENOSPC", "EDQUOT"].includes(systemErrorCode(error) ?? "");
      if (!full || this.#position.kind !== "holding") throw error;
      await overwrite(this.#path, text);
    }
  }

  /** A file system that hangs lets no step come to its end: after a last look that comes to none either, it is lost. */
  #armDeadline(): void {
    const { clock } = this.#options;
    this.#deadline?.cancel();
    this.#deadline = clock.setTimer(DEADLINE, () => {
      const before = this.#position;
      if (before.kind !== "holding") return;
      this.#deadline = clock.setTimer(LAST_LOOK, () => {
        if (this.#position !== before) return;
        this.#position = { kind: "lost", to: "" };
        this.#tell(before);
      });
    });
  }

  #failed(error: unknown): void {
    const text = explainSystemError(error);
    if (text === this.#trouble) return;
    this.#trouble = text;
    this.#options.log.warn("lease not written; trying again", { lease: this.#path, error: text });
  }

  #tell(before: Position): void {
    const { log, holder, lost } = this.#options;
    const position = this.#position;
    const lease = this.#path;
    if (position.kind === "holding" && before.kind !== "holding") {
      log.info("holding the state folder", { lease, holder });
      this.#resolve();
    }
    if (position.kind === "lost" && before.kind === "holding") {
      const reason = position.to === "" ? "it could not be renewed" : `${position.to} took it over`;
      log.error("lost the state folder", { lease, holder, reason });
      lost(reason);
    }
    const other = position.kind === "waiting" ? position.seen?.holder : undefined;
    if (other !== undefined && other !== "" && other !== this.#told) {
      this.#told = other;
      log.warn("another controller holds the state folder; waiting", { lease, holder: other });
    }
  }
}
