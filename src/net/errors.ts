/** Errors of the operating system, put into words that say what to do. */
import { getSystemErrorMessage, getSystemErrorName } from "node:util";

/** A system call that failed. The message names the call, what it was about, the errno name, and a hint if there is one. */
export class SystemCallError extends Error {
  override readonly name = "SystemCallError";
  readonly syscall: string;
  /** "ECONNREFUSED" and the like. */
  readonly code: string;

  constructor(syscall: string, subject: string, code: string, description: string, hint?: string, cause?: unknown) {
    super(`${syscall} ${subject}: ${code}: ${description}${hint === undefined ? "" : `; ${hint}`}`, { cause });
    this.syscall = syscall;
    this.code = code;
  }
}

/** What would help, by errno name and, where it matters, the call ("bind EACCES") or the option ("TCP_MD5SIG ENOPROTOOPT"). */
const HINTS: Readonly<Record<string, string>> = {
  "bind EACCES": "a port below 1024 needs CAP_NET_BIND_SERVICE",
  "listen EACCES": "a port below 1024 needs CAP_NET_BIND_SERVICE",
  "listen EADDRNOTAVAIL": "it is not an address of this machine",
  "bind EADDRNOTAVAIL": "it is not an address of this machine",
  "bind EADDRINUSE": "another process listens there",
  "listen EADDRINUSE": "another process listens there",
  "connect ECONNREFUSED": "the peer is reachable, but nothing listens on that port or it refuses this address",
  "connect ETIMEDOUT": "no answer; the address, a firewall, a different MD5 key or the TTL may be why",
  "connect EHOSTUNREACH": "no answer from the neighbour or a router on the way",
  "connect ENETUNREACH": "there is no route to it",
  "connect EADDRNOTAVAIL": "the source address is not an address of this machine, or no port is free",
  "SO_BINDTODEVICE ENODEV": "there is no such interface or VRF",
  "SO_BINDTODEVICE EPERM": "it needs CAP_NET_RAW",
  "socket EPERM": "to find the peer of an interface takes CAP_NET_RAW",
  "AF_PACKET EPERM": "it needs CAP_NET_RAW",
  "TCP_MD5SIG ENOPROTOOPT": "this kernel is built without TCP MD5 signatures",
  "TCP_AO_ADD_KEY ENOPROTOOPT":
    "this kernel has no TCP-AO, which Linux has from 6.7 on where it is built in; use the password without tcpAO (TCP MD5)",
  "TCP_AO_ADD_KEY ENOENT": "this kernel is built without the algorithm of the key",
  "TCP_MD5SIG EINVAL": "the key has 1 to 80 bytes",
  "watch ENOSPC": "raise the sysctl fs.inotify.max_user_watches",
  "watch EMFILE": "raise the sysctl fs.inotify.max_user_instances",
};

function hintFor(syscall: string, code: string): string | undefined {
  return HINTS[`${syscall.split(" ").at(-1)} ${code}`];
}

/** From a positive errno. `syscall` may carry the option: "setsockopt TCP_MD5SIG". */
export function errorOfErrno(syscall: string, subject: string, errno: number): SystemCallError {
  const code = getSystemErrorName(-errno);
  return new SystemCallError(syscall, subject, code, getSystemErrorMessage(-errno), hintFor(syscall, code));
}

/** "ENOENT" and the like of an error that Node threw. */
export function systemErrorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  return error.code;
}

function errnoOf(error: Error): number | undefined {
  return "errno" in error && typeof error.errno === "number" ? error.errno : undefined;
}

/** An error of Node's own calls in the same words; anything else stays as it is. */
export function translateSystemError(error: Error, syscall: string, subject: string): Error {
  const code = systemErrorCode(error);
  const errno = errnoOf(error);
  if (code === undefined || errno === undefined) return error;
  return new SystemCallError(syscall, subject, code, getSystemErrorMessage(errno), hintFor(syscall, code), error);
}

/** "permission denied (EACCES)": for a sentence that already names the file. */
export function explainSystemError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const errno = errnoOf(error);
  const code = systemErrorCode(error);
  return errno === undefined || code === undefined ? error.message : `${getSystemErrorMessage(errno)} (${code})`;
}
