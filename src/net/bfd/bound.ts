import { endpoint } from "../libc.ts";
import type { SocketFamily, SocketOption } from "../socket-options.ts";
import type { BfdCalls } from "./calls.ts";

/** A UDP socket with these options at this address. Throws a SystemCallError; whatever fails, nothing is left open. */
export function bound(
  calls: BfdCalls,
  family: SocketFamily,
  options: readonly SocketOption[],
  address: string,
  port: number,
): number {
  const fd = calls.socket(family, "datagram");
  try {
    for (const option of options) calls.setOption(fd, option, endpoint(address, port));
    calls.bind(fd, family, address, port);
    return fd;
  } catch (error) {
    calls.close(fd);
    throw error;
  }
}
