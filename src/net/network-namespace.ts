/** Which network namespace this process is in. */
import { foreignFunctions, systemCalls } from "./libc.ts";
import { AF_INET } from "./socket-options.ts";

const SOL_SOCKET = 1;
/** Linux 5.14: a number that no other namespace has until the next boot, unlike its inode. */
const SO_NETNS_COOKIE = 71;

type Foreign = (...args: (number | BigUint64Array | Uint32Array)[]) => number;

/** Undefined where the kernel does not say. */
export function networkNamespace(): string | undefined {
  try {
    const calls = systemCalls();
    const libc = foreignFunctions().load(null);
    const getsockopt: Foreign = libc.func("int getsockopt(int fd, int level, int name, void *value, void *size)");
    const fd = calls.socket(AF_INET, "datagram");
    const cookie = new BigUint64Array(1);
    const answered = getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, cookie, Uint32Array.of(cookie.byteLength)) === 0;
    calls.close(fd);
    return answered ? String(cookie[0]) : undefined;
  } catch {
    return undefined;
  }
}
