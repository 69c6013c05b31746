/** Outbound connections with the options of BGP sessions. */
import { Socket } from "node:net";
import type { Dialer, DialHandlers, DialOptions } from "@herald/bgp";
import type { Timers } from "./clock.ts";
import { SocketConnection } from "./connection.ts";
import { translateSystemError } from "./errors.ts";
import { UnsupportedError, endpoint } from "./libc.ts";
import type { SystemCalls } from "./libc.ts";
import {
  aoOption,
  BIND_ADDRESS_NO_PORT,
  commonOptions,
  deviceOption,
  familyOf,
  md5Option,
  minTtlOptions,
  ttlOptions,
} from "./socket-options.ts";
import type { SocketFamily, SocketOption } from "./socket-options.ts";

/** The options that cannot be done without system calls, by the name a user knows. */
function special(options: DialOptions): string[] {
  const { md5Key, aoKey, ttl, minTtl, device } = options;
  const named = {
    "an MD5 key": md5Key,
    "a TCP-AO key": aoKey,
    "a TTL": ttl,
    "a least TTL": minTtl,
    "an interface or VRF": device,
  };
  return Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [name]));
}

function optionsFor(family: SocketFamily, options: DialOptions): SocketOption[] {
  const { remoteAddress, md5Key, aoKey, ttl, minTtl, device } = options;
  return [
    ...commonOptions(family),
    ...(device === undefined ? [] : [deviceOption(device)]),
    ...(ttl === undefined ? [] : ttlOptions(family, ttl)),
    ...(minTtl === undefined ? [] : minTtlOptions(family, minTtl)),
    ...(md5Key === undefined ? [] : [md5Option(family, remoteAddress, md5Key)]),
    ...(aoKey === undefined ? [] : [aoOption(family, remoteAddress, aoKey)]),
  ];
}

/** A socket of ours for Node to connect. Whatever fails, its descriptor is closed. */
function prepare(calls: SystemCalls, options: DialOptions): Socket {
  const { remoteAddress, remotePort, localAddress } = options;
  const family = familyOf(remoteAddress);
  const fd = calls.socket(family);
  try {
    const subject = endpoint(remoteAddress, remotePort);
    for (const option of optionsFor(family, options)) calls.setOption(fd, option, subject);
    if (localAddress !== undefined) {
      calls.setOption(fd, BIND_ADDRESS_NO_PORT, subject);
      calls.bind(fd, family, localAddress, 0);
    }
    return new Socket({ fd });
  } catch (error) {
    calls.close(fd);
    throw error;
  }
}

export interface DialerOptions {
  readonly timers: Timers;
  /** Throws UnsupportedError where there are none. */
  readonly calls: () => SystemCalls;
  /** Told once, when connections go without the options that a session can do without. */
  readonly degraded: (error: UnsupportedError) => void;
  /** Who is at the other end of an interface, with its zone; throws an error that says why it is nobody. */
  readonly neighbor: (device: string) => string;
}

export function createDialer({ timers, calls, degraded, neighbor }: DialerOptions): Dialer {
  let told = false;

  function open(options: DialOptions): { readonly socket: Socket; readonly plain: boolean } {
    try {
      return { socket: prepare(calls(), options), plain: false };
    } catch (error) {
      if (!(error instanceof UnsupportedError)) throw error;
      const needed = special(options);
      if (needed.length > 0) {
        throw new UnsupportedError(`${needed.join(", ")} cannot be applied to a connection here: ${error.message}`);
      }
      if (!told) degraded(error);
      told = true;
      return { socket: new Socket(), plain: true };
    }
  }

  function dial(asked: DialOptions, handlers: DialHandlers): { cancel(): void } {
    let options = asked;
    let over = false;
    const fail = (error: Error): void => {
      if (over) return;
      over = true;
      handlers.failed(error);
    };
    let socket: Socket;
    let plain: boolean;
    try {
      const { remoteAddress: to } = asked;
      if (to.startsWith("%")) options = { ...asked, remoteAddress: neighbor(to.slice(1)) };
      ({ socket, plain } = open(options));
    } catch (error) {
      // The caller has no handle yet.
      queueMicrotask(() => fail(error instanceof Error ? error : new Error(String(error))));
      return { cancel: () => void (over = true) };
    }
    const { remoteAddress, remotePort, localAddress } = options;
    const failed = (error: NodeJS.ErrnoException): void =>
      fail(translateSystemError(error, error.syscall ?? "connect", endpoint(remoteAddress, remotePort)));
    socket.once("error", failed);
    socket.once("connect", () => {
      over = true;
      if (plain) socket.setNoDelay(true);
      const connection = new SocketConnection(socket, timers, calls);
      socket.removeListener("error", failed);
      handlers.connected(connection);
    });
    const source = plain && localAddress !== undefined ? { localAddress } : {};
    socket.connect({ host: remoteAddress, port: remotePort, ...source });
    const cancel = (): void => {
      if (over) return;
      over = true;
      socket.destroy();
    };
    return { cancel };
  }

  return { dial };
}
