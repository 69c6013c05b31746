/** Two ends of a connection over loopback, made by the host that is under test. */
import type { Connection, DialOptions } from "@herald/bgp";
import type { Test } from "tap";
import { bgpHost } from "../../../src/net/index.ts";
import type { BgpHost, BgpHostOptions } from "../../../src/net/index.ts";

export const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };

export function host(options: Partial<BgpHostOptions> = {}): BgpHost {
  return bgpHost({ log: silent, ...options });
}

type Outcome = { readonly connection: Connection } | { readonly error: Error };

/** Dials and waits for one or the other; the connection goes with the test. */
export function dial(t: Test, from: BgpHost, options: DialOptions): Promise<Outcome> {
  return new Promise((resolve) => {
    const attempt = from.dialer.dial(options, {
      connected: (connection) => {
        t.teardown(() => connection.destroy());
        resolve({ connection });
      },
      failed: (error) => resolve({ error }),
    });
    t.teardown(() => attempt.cancel());
  });
}

export async function connected(t: Test, from: BgpHost, options: DialOptions): Promise<Connection> {
  const outcome = await dial(t, from, options);
  if ("error" in outcome) throw outcome.error;
  return outcome.connection;
}

export async function refusal(t: Test, from: BgpHost, options: DialOptions): Promise<string> {
  const outcome = await dial(t, from, options);
  return "error" in outcome ? outcome.error.message : "connected";
}

/** A listener, and the connections it takes, in order. */
export async function listen(t: Test, on: BgpHost, address?: string) {
  const accepted: Connection[] = [];
  const waiting: (() => void)[] = [];
  const where = { port: 0, ...(address === undefined ? {} : { address }) };
  const listening = await on.listener.listen(where, (one) => {
    t.teardown(() => one.destroy());
    accepted.push(one);
    for (const wake of waiting.splice(0)) wake();
  });
  t.teardown(() => listening.close());
  const next = async (): Promise<Connection> => {
    for (;;) {
      const one = accepted.shift();
      if (one !== undefined) return one;
      await new Promise<void>((resolve) => void waiting.push(resolve));
    }
  };
  return { port: listening.port, close: () => listening.close(), next, accepted };
}

/** What a connection receives, until it closes. */
export function received(
  connection: Connection,
): Promise<{ readonly bytes: number; readonly error: Error | undefined }> {
  return new Promise((resolve) => {
    let bytes = 0;
    connection.attach({
      data: (chunk) => void (bytes += chunk.length),
      drain: () => undefined,
      close: (error) => resolve({ bytes, error }),
    });
  });
}

export function loopback(remotePort: number): DialOptions {
  return { remoteAddress: "127.0.0.1", remotePort };
}

/** Resolves when the kernel had time to drop what it was going to drop: a connection without the option came through. */
export async function control(t: Test, port: number, remoteAddress = "127.0.0.1"): Promise<void> {
  await connected(t, host(), { remoteAddress, remotePort: port });
}
