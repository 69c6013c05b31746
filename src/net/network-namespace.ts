/** Which network namespace this process is in. */
import { errorOfErrno } from "./errors.ts";
import { foreignFunctions } from "./libc.ts";

const SOL_SOCKET = 1;
/** Linux 5.14: a number that no other namespace has until the next boot, unlike its inode. */
const SO_NETNS_COOKIE = 71;
const AF_INET = 2;
const SOCK_DGRAM = 2;

type Foreign = (...args: (number | Uint8Array | BigUint64Array | Uint32Array)[]) => number;

/** Undefined where the kernel does not say. */
export function networkNamespace(): string | undefined {
  try {
    const koffi = foreignFunctions();
    const libc = koffi.load(null);
    const socket: Foreign = libc.func("int socket(int domain, int type, int protocol)");
    const getsockopt: Foreign = libc.func("int getsockopt(int fd, int level, int name, void *value, void *size)");
    const close: Foreign = libc.func("int close(int fd)");
    const fd = socket(AF_INET, SOCK_DGRAM, 0);
    if (fd < 0) throw errorOfErrno("socket", "IPv4", koffi.errno());
    const cookie = new BigUint64Array(1);
    const answered = getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, cookie, Uint32Array.of(cookie.byteLength)) === 0;
    close(fd);
    return answered ? String(cookie[0]) : undefined;
  } catch {
    return undefined;
  }
}
