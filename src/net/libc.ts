/** The system calls that Node does not offer, by FFI. Loaded at first use: it costs some ten milliseconds and megabytes. */
import { createRequire } from "node:module";
import type * as Koffi from "koffi";
import { errorOfErrno } from "./errors.ts";
import type { SocketFamily, SocketOption } from "./socket-options.ts";
import { socketAddress } from "./socket-options.ts";

export interface SystemCalls {
  /** A TCP or UDP socket that does not block and is closed on exec. */
  socket(family: SocketFamily, type?: "stream" | "datagram"): number;
  /** `subject` is what the error names: the peer or the listening address. */
  setOption(fd: number, option: SocketOption, subject: string): void;
  bind(fd: number, family: SocketFamily, address: string, port: number): void;
  close(fd: number): void;
}

/** There is no way to make the system calls here. */
export class UnsupportedError extends Error {
  override readonly name = "UnsupportedError";
}

type Foreign = (...args: (number | Uint8Array)[]) => number;

const SOCKET_TYPE = { stream: 1, datagram: 2 } as const;
/** SOCK_NONBLOCK and SOCK_CLOEXEC: no socket blocks, and no program that is started gets one. */
export const SOCKET_FLAGS = 0o4000 | 0o2000000;

let loaded: SystemCalls | UnsupportedError | undefined;

/** Throws UnsupportedError where the platform is not Linux or the FFI library does not load. */
export function systemCalls(): SystemCalls {
  loaded ??= load();
  if (loaded instanceof UnsupportedError) throw loaded;
  return loaded;
}

function load(): SystemCalls | UnsupportedError {
  try {
    return bindCalls(foreignFunctions());
  } catch (error) {
    if (error instanceof UnsupportedError) return error;
    throw error;
  }
}

/** The FFI library. Throws UnsupportedError where the platform is not Linux or it does not load. */
export function foreignFunctions(): typeof Koffi {
  if (process.platform !== "linux") throw new UnsupportedError(`${process.platform} is not Linux`);
  try {
    return createRequire(import.meta.url)("koffi");
  } catch (error) {
    const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    throw new UnsupportedError(`the FFI library does not load: ${why}`, { cause: error });
  }
}

function bindCalls(koffi: typeof Koffi): SystemCalls {
  // The C library that the process itself has, whichever it is.
  const libc = koffi.load(null);
  const socket: Foreign = libc.func("int socket(int domain, int type, int protocol)");
  const setsockopt: Foreign = libc.func(
    "int setsockopt(int fd, int level, int name, const void *value, uint32_t size)",
  );
  const bind: Foreign = libc.func("int bind(int fd, const void *address, uint32_t size)");
  const close: Foreign = libc.func("int close(int fd)");
  return {
    socket(family, type = "stream") {
      const fd = socket(family, SOCKET_TYPE[type] | SOCKET_FLAGS, 0);
      if (fd < 0) throw errorOfErrno("socket", family === 2 ? "IPv4" : "IPv6", koffi.errno());
      return fd;
    },
    setOption(fd, { name, level, option, value }, subject) {
      if (setsockopt(fd, level, option, value, value.length) < 0) {
        throw errorOfErrno(`setsockopt ${name}`, subject, koffi.errno());
      }
    },
    bind(fd, family, address, port) {
      const bytes = socketAddress(family, address, port);
      if (bind(fd, bytes, bytes.length) < 0) {
        throw errorOfErrno("bind", port === 0 ? address : endpoint(address, port), koffi.errno());
      }
    },
    close(fd) {
      close(fd);
    },
  };
}

/** "192.0.2.1:179" or "[2001:db8::1]:179". */
export function endpoint(address: string, port: number): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}
