/**
 * The command socket of an FRR daemon, as its shell uses it: a command and a NUL go in; text, three NULs and a status
 * byte come out. Commands are pipelined and answered in order.
 */
import { Socket } from "node:net";
import type { Timer, Timers } from "./clock.ts";
import { explainSystemError, systemErrorCode } from "./errors.ts";

export interface VtyAnswer {
  readonly command: string;
  readonly text: string;
  /** 0: done. FRR's other numbers say why not. */
  readonly status: number;
}

export interface VtyOptions {
  /** The socket, such as /var/run/frr/bgpd.vty. */
  readonly path: string;
  readonly timers: Timers;
  /** Milliseconds without a byte of an awaited answer before the daemon counts as hung; 10,000 by default. */
  readonly timeout?: number;
  /** Most bytes of one answer; 64 MiB by default. */
  readonly limit?: number;
  /** The connection is gone, for whatever reason but `close`. */
  readonly lost?: (error: Error) => void;
}

/** A batch of commands whose answers are awaited. */
interface Batch {
  readonly commands: readonly string[];
  readonly answers: VtyAnswer[];
  readonly resolve: (answers: readonly VtyAnswer[]) => void;
  readonly reject: (error: Error) => void;
}

const NULS = 3;

/** Connects at the first command and again at the first one after a loss. */
export class VtyClient {
  readonly #options: VtyOptions & Required<Pick<VtyOptions, "timeout" | "limit">>;
  readonly #batches: Batch[] = [];
  #socket: Socket | undefined;
  #chunks: Uint8Array[] = [];
  #size = 0;
  #nuls = 0;
  #timer: Timer | undefined;

  constructor(options: VtyOptions) {
    this.#options = { timeout: 10_000, limit: 64 * 1024 * 1024, ...options };
  }

  /**
   * The answers to these commands, in order, run one after the other without others between them. Rejects with one
   * sentence where the daemon is not there, may not be talked to, hangs or goes; then some may have been run.
   */
  run(commands: readonly string[]): Promise<readonly VtyAnswer[]> {
    const bad = commands.find((command) => /[\0\r\n]/.test(command));
    if (bad !== undefined) return Promise.reject(new Error("BUG: a command is one line"));
    if (commands.length === 0) return Promise.resolve([]);
    return new Promise((resolve, reject) => {
      const socket = this.#socket ?? this.#connect();
      this.#batches.push({ commands, answers: [], resolve, reject });
      socket.write(commands.map((command) => `${command}\0`).join(""));
      this.#arm();
    });
  }

  /** Ends the connection; commands without an answer are rejected. */
  close(): void {
    this.#end(new Error(`the connection to ${this.#options.path} was closed`));
  }

  #connect(): Socket {
    const socket = new Socket();
    const { path } = this.#options;
    this.#socket = socket;
    socket.on("data", (bytes: Buffer) => {
      if (this.#socket === socket) this.#take(bytes);
    });
    const lost = (error: Error): void => {
      if (this.#socket === socket) this.#lose(error);
    };
    socket.on("error", (error) => lost(new Error(sentence(path, error), { cause: error })));
    socket.on("close", () => lost(new Error(`the daemon behind ${path} closed the connection; it may be restarting`)));
    socket.connect({ path });
    return socket;
  }

  #arm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#batches.length === 0) return;
    const { timers, timeout, path } = this.#options;
    this.#timer = timers.setTimer(timeout, () =>
      this.#lose(new Error(`the daemon behind ${path} gave no answer for ${timeout / 1000} s`)),
    );
  }

  #take(bytes: Uint8Array): void {
    let start = 0;
    for (let i = 0; i < bytes.length; i += 1) {
      if (this.#nuls === NULS) {
        this.#keep(bytes.subarray(start, i));
        this.#nuls = 0;
        this.#answer(bytes[i] ?? 0);
        start = i + 1;
      } else {
        this.#nuls = bytes[i] === 0 ? this.#nuls + 1 : 0;
      }
    }
    this.#keep(bytes.subarray(start));
    this.#arm();
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#size += bytes.length;
    const { limit, path } = this.#options;
    if (this.#size > limit) this.#lose(new Error(`an answer from ${path} has more than ${limit} bytes`));
  }

  #answer(status: number): void {
    const [batch] = this.#batches;
    const text = Buffer.concat(this.#chunks).subarray(0, -NULS).toString("utf8");
    this.#chunks = [];
    this.#size = 0;
    if (batch === undefined) return;
    const command = batch.commands[batch.answers.length] ?? "";
    batch.answers.push({ command, text, status });
    if (batch.answers.length < batch.commands.length) return;
    this.#batches.shift();
    batch.resolve(batch.answers);
  }

  #lose(error: Error): void {
    if (this.#socket === undefined) return;
    this.#end(error);
    this.#options.lost?.(error);
  }

  #end(error: Error): void {
    this.#socket?.destroy();
    this.#socket = undefined;
    this.#chunks = [];
    this.#size = 0;
    this.#nuls = 0;
    const batches = this.#batches.splice(0);
    this.#arm();
    for (const batch of batches) batch.reject(error);
  }
}

function sentence(path: string, error: Error): string {
  switch (systemErrorCode(error)) {
    case "ENOENT":
      return `${path} is not there: the FRR daemon does not run, or keeps its sockets in another folder`;
    case "ECONNREFUSED":
      return `nothing listens on ${path}: the FRR daemon has ended`;
    case "EACCES":
      return `${path} may not be opened: run as root or add the user to the group frrvty`;
    default:
      return `the connection to ${path} failed: ${explainSystemError(error)}`;
  }
}
