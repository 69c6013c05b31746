/** The main thread's side of the BFD thread. It is started anew should it end without being asked to. */
import { setFlagsFromString } from "node:v8";
import { MessageChannel, Worker } from "node:worker_threads";
import type { MessagePort } from "node:worker_threads";
import type { Path, PathConfig, Problem, SessionsEvent } from "@herald/bfd";
import type { Timers } from "../clock.ts";
import { makeBell } from "./calls.ts";
import type { Bell } from "./calls.ts";
import type { Answer, Request, ThreadStatus } from "./messages.ts";
import type { WorkerData } from "./worker.ts";

export interface ThreadOptions {
  /** The file of the thread: `worker.ts`, or what it was bundled to. */
  readonly worker: URL;
  readonly timers: Timers;
  readonly onEvent: (event: SessionsEvent) => void;
  /** A configuration that was not taken. */
  readonly refused: (user: string, problem: Problem) => void;
  /** The thread ended by itself; it is started again, and every session begins anew. */
  readonly lost: (reason: string) => void;
}

/**
 * The JavaScript engine shares compilation and garbage collection with helper threads and waits for them. On a busy machine
 * one of these, of normal priority, may get no CPU for a tenth of a second, and whoever waits for it stands still as long.
 * So the thread compiles by itself, and its young generation is so small that no helper is asked to clean it.
 */
const LIMITS = { maxYoungGenerationSizeMb: 1 };

/** A thread that is made by `make` compiles by itself: it takes over what the flag says when it begins. */
function alone(make: () => Worker): Worker {
  setFlagsFromString("--no-concurrent-recompilation");
  const worker = make();
  worker.once("online", () => setFlagsFromString("--concurrent-recompilation"));
  return worker;
}

/** Milliseconds until a thread that ended is started again. */
const AGAIN = 1000;
/** The longest that is waited for an answer: a thread that hangs must hold up nobody. */
const PATIENCE = 500;

export class BfdThread {
  readonly #options: ThreadOptions;
  readonly #wanted = new Map<string, Extract<Request, { readonly type: "set" }>>();
  readonly #asking = new Set<() => void>();
  #running: { readonly port: MessagePort; readonly bell: Bell } | undefined;
  #status: ThreadStatus | undefined;
  #left: (() => void) | undefined;
  #closed = false;

  /** Throws UnsupportedError where there are no system calls. */
  constructor(options: ThreadOptions) {
    this.#options = options;
    this.#start();
  }

  set(user: string, path: Path, config: PathConfig): void {
    const request = { type: "set", user, path, config } as const;
    this.#wanted.set(user, request);
    this.#say(request);
  }

  remove(user: string): void {
    this.#wanted.delete(user);
    this.#say({ type: "remove", user });
  }

  /** As it was at the last `refresh`. */
  status(): ThreadStatus | undefined {
    return this.#status;
  }

  refresh(): Promise<void> {
    return this.#answered((done) => {
      this.#asking.add(done);
      this.#say({ type: "status" });
    });
  }

  /** Every peer is told that this end goes down on purpose; then the thread ends. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#answered((done) => {
      this.#left = done;
      this.#say({ type: "leave" });
    });
  }

  #answered(ask: (done: () => void) => void): Promise<void> {
    if (this.#running === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#options.timers.setTimer(PATIENCE, resolve);
      ask(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  #say(request: Request): void {
    this.#running?.port.postMessage(request, []);
    this.#running?.bell.ring();
  }

  #start(): void {
    const bell = makeBell();
    const { port1: port, port2 } = new MessageChannel();
    const data: WorkerData = { port: port2, bell: bell.fd };
    const worker = alone(
      () =>
        new Worker(this.#options.worker, {
          workerData: data,
          transferList: [port2],
          name: "bfd",
          resourceLimits: LIMITS,
        }),
    );
    this.#running = { port, bell };
    let reason = "it ended";
    port.on("message", (answer: Answer) => this.#hear(answer));
    worker.on("error", (error) => (reason = error instanceof Error ? error.message : String(error)));
    worker.on("exit", () => {
      this.#running = undefined;
      port.close();
      bell.close();
      this.#left?.();
      for (const done of this.#asking) done();
      this.#asking.clear();
      if (this.#closed) return;
      this.#options.lost(reason);
      this.#options.timers.setTimer(AGAIN, () => this.#again());
    });
  }

  #again(): void {
    if (this.#closed) return;
    this.#start();
    for (const request of this.#wanted.values()) this.#say(request);
  }

  #hear(answer: Answer): void {
    switch (answer.type) {
      case "event":
        return this.#options.onEvent(answer.event);
      case "refused":
        return this.#options.refused(answer.user, answer.problem);
      case "status":
        this.#status = answer.status;
        for (const done of this.#asking) done();
        this.#asking.clear();
        return undefined;
      case "left":
        return this.#left?.();
    }
  }
}
