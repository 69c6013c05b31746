/** Packet filters of sockets (classic BPF, SO_ATTACH_FILTER), as 64-bit Linux wants them. */
import type * as Koffi from "koffi";
import type { SocketOption } from "./socket-options.ts";

/** Instructions: code, how many to skip where the comparison holds and where not, operand. */
export type PacketFilter = readonly (readonly [code: number, yes: number, no: number, operand: number])[];

const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;

/**
 * Calls `set` with the option that attaches the filter. struct sock_filter: code (2), two jumps (1 each), operand (4), in the
 * machine's byte order; struct sock_fprog: count (2), pointer (8, at 8) to them, which have to stand still until it is set.
 */
export function attachFilter(koffi: typeof Koffi, filter: PacketFilter, set: (option: SocketOption) => void): void {
  const block: unknown = koffi.alloc("uint8_t", 8 * filter.length);
  const bytes = new Uint8Array(koffi.view(block, 8 * filter.length));
  for (const [index, [code, yes, no, operand]] of filter.entries()) {
    bytes.set(new Uint8Array(Uint16Array.of(code).buffer), 8 * index);
    bytes.set([yes, no], 8 * index + 2);
    bytes.set(new Uint8Array(Uint32Array.of(operand).buffer), 8 * index + 4);
  }
  const value = new Uint8Array(16);
  value.set(new Uint8Array(Uint16Array.of(filter.length).buffer));
  value.set(new Uint8Array(BigUint64Array.of(koffi.address(block)).buffer), 8);
  try {
    set({ name: "SO_ATTACH_FILTER", level: SOL_SOCKET, option: SO_ATTACH_FILTER, value });
  } finally {
    koffi.free(block);
  }
}
