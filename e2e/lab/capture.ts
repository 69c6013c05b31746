/** What happens in a node, as a program tells it line by line with the time of each. */
import type { Task } from "./task.ts";

export interface Seen {
  /** Unix time in milliseconds, with the kernel's microseconds. */
  readonly at: number;
  /** As the program prints it, without the time; further lines of it joined with blanks. */
  readonly text: string;
}

/** "1795250591.217027 IP ..." of `tcpdump -tt`, "[2026-11-21T08:43:11.325470] 10.0.0.0/24 ..." of `ip -ts monitor`. */
const EPOCH = /^(\d+\.\d+) (.*)$/;
const LOCAL = /^\[(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)\] (.*)$/;

function begin(line: string): { at: number; text: string } | undefined {
  const [, epoch, packet] = EPOCH.exec(line) ?? [];
  if (epoch !== undefined && packet !== undefined) return { at: Number(epoch) * 1000, text: packet };
  const [, second, fraction, route] = LOCAL.exec(line) ?? [];
  if (second === undefined || route === undefined) return undefined;
  return { at: Date.parse(second) + Number(fraction) * 1000, text: route };
}

/** Something begins with its time, further lines of it are indented. */
export function parseSeen(output: string): Seen[] {
  const all: { at: number; text: string }[] = [];
  for (const line of output.split("\n")) {
    const next = begin(line);
    const last = all.at(-1);
    if (next !== undefined) all.push(next);
    else if (last !== undefined && /^\s/.test(line)) last.text += ` ${line.trim()}`;
  }
  return all;
}

/** A running tcpdump, or another program that tells what it sees. */
export class Capture implements AsyncDisposable {
  readonly #task: Task;

  constructor(task: Task) {
    this.#task = task;
  }

  seen(): Seen[] {
    return parseSeen(this.#task.output());
  }

  /** The first whose text matches, not before `since` (Unix time in milliseconds). */
  find(pattern: RegExp, since = 0): Seen | undefined {
    return this.seen().find(({ at, text }) => at >= since && pattern.test(text));
  }

  async stop(): Promise<void> {
    await this.#task.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
