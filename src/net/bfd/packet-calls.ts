/** System calls below IP: a packet socket, and what the kernel knows of neighbours. Layouts of 64-bit Linux. */
import { endianness } from "node:os";
import { errorOfErrno } from "../errors.ts";
import { foreignFunctions, SOCKET_FLAGS, systemCalls } from "../libc.ts";
import { attachFilter } from "../packet-filter.ts";
import type { PacketFilter } from "../packet-filter.ts";
import { AF_INET } from "../socket-options.ts";

export interface PacketCalls {
  /** A socket that takes and sends IPv4 packets of all interfaces from the IP header on; takes what the filter lets pass. Throws a SystemCallError. */
  openPackets(filter: PacketFilter): number;
  /** Undefined: there is none now. The bytes are the caller's until the next call. */
  receivePacket(fd: number): Uint8Array | undefined;
  /** Answers 0, or the errno. `hardware` is the address of the neighbour. */
  sendPacket(fd: number, bytes: Uint8Array, interfaceIndex: number, hardware: Uint8Array): number;
  /** The hardware address of an IPv4 neighbour (unsigned 32-bit), of 6 bytes; undefined: the kernel has none. */
  neighbour(address: number, device: string): Uint8Array | undefined;
  closePackets(fd: number): void;
}

const LITTLE = endianness() === "LE";
const AF_PACKET = 17;
const SOCK_DGRAM = 2;
const ETH_P_IP = 0x0800;
const SIOCGARP = 0x8954;
/** The entry has a hardware address. */
const ATF_COM = 2;
const HARDWARE_LENGTH = 6;
const LARGEST = 2048;
/** Where what is sent lies, behind what is received. */
const SENT_AT = LARGEST;
const LARGEST_SENT = 256;
/** struct arpreq: two sockaddr of 16 bytes, flags (4), a netmask as sockaddr, the name of the device (16). */
const ARPREQ = 68;

/** What errors name. */
const PURPOSE = "for BFD echo";

/** sockaddr_ll: family (2), protocol in network order (2), interface (4), hardware type (2), packet type (1), length (1), address (8). */
function linkAddress(interfaceIndex: number, hardware: Uint8Array = new Uint8Array(0)): Uint8Array {
  const bytes = new Uint8Array(20);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, AF_PACKET, LITTLE);
  view.setUint16(2, ETH_P_IP);
  view.setInt32(4, interfaceIndex, LITTLE);
  view.setUint8(11, hardware.length);
  bytes.set(hardware, 12);
  return bytes;
}

/** Throws UnsupportedError where there is no FFI. */
export function packetCalls(): PacketCalls {
  const koffi = foreignFunctions();
  const calls = systemCalls();
  const libc = koffi.load(null);
  const socket = libc.func("int socket(int domain, int type, int protocol)");
  const bind = libc.func("int bind(int fd, const void *address, uint32_t size)");
  const recv = libc.func("intptr_t recv(int fd, void *bytes, size_t length, int flags)");
  const sendto = libc.func(
    "intptr_t sendto(int fd, const void *bytes, size_t length, int flags, const void *address, uint32_t size)",
  );
  const ioctl = libc.func("int ioctl(int fd, uintptr_t request, void *argument)");
  // Outside the heap, as in `calls.ts`: each turn of the loop asks.
  const block: unknown = koffi.alloc("uint8_t", LARGEST + LARGEST_SENT);
  const memory = koffi.view(block, LARGEST + LARGEST_SENT);
  const received = new Uint8Array(memory, 0, LARGEST);
  const sent = new Uint8Array(memory, SENT_AT, LARGEST_SENT);
  const sentAt = koffi.address(block) + BigInt(SENT_AT);
  /** For questions: SIOCGARP takes any socket. Negative: there is none. */
  let asking = -1;

  return {
    openPackets(filter) {
      const fd: number = socket(AF_PACKET, SOCK_DGRAM | SOCKET_FLAGS, 0);
      if (fd < 0) throw errorOfErrno("socket AF_PACKET", PURPOSE, koffi.errno());
      const address = linkAddress(0);
      try {
        // Bound last: without its protocol it takes nothing, so nothing gets past the filter.
        attachFilter(koffi, filter, (option) => calls.setOption(fd, option, PURPOSE));
        if (bind(fd, address, address.length) < 0) throw errorOfErrno("bind", PURPOSE, koffi.errno());
        asking = calls.socket(AF_INET, "datagram");
      } catch (error) {
        calls.close(fd);
        throw error;
      }
      return fd;
    },
    receivePacket(fd) {
      const length = Number(recv(fd, block, LARGEST, 0));
      return length < 0 ? undefined : received.subarray(0, length);
    },
    sendPacket(fd, bytes, interfaceIndex, hardware) {
      const to = linkAddress(interfaceIndex, hardware);
      sent.set(bytes);
      return sendto(fd, sentAt, bytes.length, 0, to, to.length) < 0 ? koffi.errno() : 0;
    },
    neighbour(address, device) {
      const bytes = new Uint8Array(ARPREQ);
      const view = new DataView(bytes.buffer);
      view.setUint16(0, AF_INET, LITTLE);
      view.setUint32(4, address);
      bytes.set(new TextEncoder().encode(device).subarray(0, 15), 52);
      if (ioctl(asking, SIOCGARP, bytes) < 0 || (view.getInt32(32, LITTLE) & ATF_COM) === 0) return undefined;
      return bytes.slice(18, 18 + HARDWARE_LENGTH);
    },
    closePackets(fd) {
      calls.close(fd);
      if (asking >= 0) calls.close(asking);
      asking = -1;
    },
  };
}
