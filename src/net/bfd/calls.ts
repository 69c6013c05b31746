/** The system calls of the BFD thread: it waits, reads and sends without Node's event loop. */
import { endianness } from "node:os";
import { errorOfErrno } from "../errors.ts";
import { UnsupportedError, foreignFunctions, systemCalls } from "../libc.ts";
import type { SystemCalls } from "../libc.ts";
import { readControl, sourceAddress } from "./received.ts";
import type { Arrival } from "./received.ts";

/** A datagram as the kernel gives it. `bytes` is valid until the next call of `receive`. */
export interface Received extends Arrival {
  readonly address: string;
  readonly bytes: Uint8Array;
}

export interface BfdCalls extends SystemCalls {
  /** Undefined: there is none now. */
  receive(fd: number): Received | undefined;
  /** `destination` is a sockaddr. Answers 0, or the errno. */
  send(fd: number, bytes: Uint8Array, destination: Uint8Array): number;
  /** Waits until one of the descriptors can be read, or so many milliseconds with fractions. */
  wait(fds: readonly number[], milliseconds: number): void;
  /** The interface's name; empty where there is none of that index. */
  interfaceName(index: number): string;
}

const LITTLE = endianness() === "LE";
const BYTES_AT = 1024;
const SENT_AT = 512;
const BUFFER = 512;
const NAME_AT = 64;
const NAME_LENGTH = 28;
const VECTOR_AT = 128;
const CONTROL_AT = 256;
const CONTROL_LENGTH = 256;
/** sizeof(struct pollfd), and the most that are waited for: two families, two kinds of session, and VRFs. */
const POLL = 8;
const MOST_FDS = 256;
const POLLIN = 1;

/** Throws UnsupportedError where there is no FFI, or the layouts would be others. */
export function bfdCalls(): BfdCalls {
  const koffi = foreignFunctions();
  if (koffi.sizeof("void *") !== 8) throw new UnsupportedError(`${process.arch} is not a 64-bit machine`);
  const libc = koffi.load(null);
  const recvmsg = libc.func("intptr_t recvmsg(int fd, void *message, int flags)");
  const sendto = libc.func(
    "intptr_t sendto(int fd, const void *bytes, size_t length, int flags, const void *address, uint32_t size)",
  );
  const ppoll = libc.func("int ppoll(void *fds, size_t count, const void *time, const void *mask)");
  const indexToName = libc.func("void *if_indextoname(uint32_t index, void *name)");

  // One block outside the heap, because structures point into it: msghdr, source, vector, control, and what is sent and
  // received. To give the kernel bytes of the heap would cost memory outside of it for each packet.
  const block: unknown = koffi.alloc("uint8_t", BYTES_AT + BUFFER);
  const start = koffi.address(block);
  const memory = koffi.view(block, BYTES_AT + BUFFER);
  const message = new DataView(memory, 0, 56);
  message.setBigUint64(0, start + BigInt(NAME_AT), LITTLE);
  message.setBigUint64(16, start + BigInt(VECTOR_AT), LITTLE);
  message.setBigUint64(24, 1n, LITTLE);
  message.setBigUint64(32, start + BigInt(CONTROL_AT), LITTLE);
  const vector = new DataView(memory, VECTOR_AT, 16);
  vector.setBigUint64(0, start + BigInt(BYTES_AT), LITTLE);
  vector.setBigUint64(8, BigInt(BUFFER), LITTLE);
  const name = new DataView(memory, NAME_AT, NAME_LENGTH);
  const sent = new Uint8Array(memory, SENT_AT, BUFFER);
  const sentAt = start + BigInt(SENT_AT);

  const polled = new DataView(new ArrayBuffer(POLL * MOST_FDS));
  const time = new BigInt64Array(2);
  const text = new Uint8Array(16);

  return {
    ...systemCalls(),
    receive(fd) {
      message.setUint32(8, NAME_LENGTH, LITTLE);
      message.setBigUint64(40, BigInt(CONTROL_LENGTH), LITTLE);
      const length = Number(recvmsg(fd, block, 0));
      if (length < 0) return undefined;
      const control = new DataView(memory, CONTROL_AT, Number(message.getBigUint64(40, LITTLE)));
      const bytes = new Uint8Array(memory, BYTES_AT, length);
      return { address: sourceAddress(name), bytes, ...readControl(control) };
    },
    send(fd, bytes, destination) {
      sent.set(bytes);
      return sendto(fd, sentAt, bytes.length, 0, destination, destination.length) < 0 ? koffi.errno() : 0;
    },
    wait(fds, milliseconds) {
      for (const [i, fd] of fds.entries()) {
        polled.setInt32(i * POLL, fd, LITTLE);
        polled.setInt16(i * POLL + 4, POLLIN, LITTLE);
      }
      const nanoseconds = BigInt(Math.round(milliseconds * 1e6));
      time[0] = nanoseconds / 1_000_000_000n;
      time[1] = nanoseconds % 1_000_000_000n;
      ppoll(polled, fds.length, time, null);
    },
    interfaceName(index) {
      if (indexToName(index, text) === null) return "";
      return new TextDecoder().decode(text.subarray(0, text.indexOf(0)));
    },
  };
}

/** Wakes a thread that waits: an eventfd, which both sides have by its number. */
export interface Bell {
  readonly fd: number;
  ring(): void;
  close(): void;
}

export function makeBell(): Bell {
  const koffi = foreignFunctions();
  const libc = koffi.load(null);
  const eventfd = libc.func("int eventfd(uint32_t value, int flags)");
  const write = libc.func("intptr_t write(int fd, const void *bytes, size_t length)");
  const calls = systemCalls();
  const fd: number = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  if (fd < 0) throw errorOfErrno("eventfd", "for the BFD thread", koffi.errno());
  const one = new Uint8Array(new BigUint64Array([1n]).buffer);
  return { fd, ring: () => void write(fd, one, one.length), close: () => calls.close(fd) };
}

const EFD_NONBLOCK = 0o4000;
const EFD_CLOEXEC = 0o2000000;

/** Takes what was rung so far. */
export function silencer(fd: number): () => void {
  const read = foreignFunctions().load(null).func("intptr_t read(int fd, void *bytes, size_t length)");
  const bytes = new Uint8Array(8);
  return () => void read(fd, bytes, bytes.length);
}
