/** ICMPv6 on one link, by FFI: Node has no raw sockets. What comes is asked for; nothing blocks. */
import { formatIpv6 } from "bgp-ts-codec";
import { errorOfErrno } from "./errors.ts";
import { foreignFunctions, SOCKET_FLAGS, systemCalls } from "./libc.ts";
import { attachFilter } from "./packet-filter.ts";
import type { PacketFilter } from "./packet-filter.ts";
import { AF_INET6, deviceOption, socketAddress } from "./socket-options.ts";
import type { SocketOption } from "./socket-options.ts";

export interface Icmp6Packet {
  /** Without its zone. */
  readonly from: string;
  /** From the type on. */
  readonly bytes: Uint8Array;
}

/** A socket on one interface. */
export interface Icmp6Socket {
  /** The kernel fills in the checksum. */
  send(to: string, bytes: Uint8Array): void;
  /** What has come and was not taken yet. */
  receive(): Icmp6Packet[];
  close(): void;
}

export const Icmp6Type = {
  EchoRequest: 128,
  EchoReply: 129,
  RouterSolicitation: 133,
  RouterAdvertisement: 134,
} as const;

const SOCK_RAW = 3;
const IPPROTO_ICMPV6 = 58;
const IPPROTO_IPV6 = 41;
const IPV6_UNICAST_HOPS = 16;
const IPV6_MULTICAST_HOPS = 18;
const ICMP6_FILTER = 1;

/** Where the bytes of the IPv6 header begin for a filter, and the hop limit in it. */
const HOP_LIMIT = 0xfff0_0000 + 7;
/** Of classic BPF. */
const LOAD_BYTE = 0x30;
const JUMP_IF_EQUAL = 0x15;
const RETURN = 0x06;

/** Router advertisements of another link are none: one that was forwarded has a hop limit below 255 (RFC 4861 §6.1.2). */
const FROM_THE_LINK: PacketFilter = [
  [LOAD_BYTE, 0, 0, 0],
  [JUMP_IF_EQUAL, 0, 2, Icmp6Type.RouterAdvertisement],
  [LOAD_BYTE, 0, 0, HOP_LIMIT],
  [JUMP_IF_EQUAL, 0, 1, 255],
  [RETURN, 0, 0, 0xffff],
  [RETURN, 0, 0, 0],
];

type Foreign = (...args: (number | Uint8Array | null)[]) => number;

/** Passes these types and no other: a bit that is set stands for a type that is blocked (RFC 3542 §3.2). */
function typeFilter(...types: readonly number[]): Uint8Array {
  const filter = new Uint8Array(32).fill(0xff);
  for (const type of types) filter[type >> 3] = (filter[type >> 3] ?? 0) & ~(1 << (type & 7));
  return filter;
}

function int(value: number): Uint8Array {
  return new Uint8Array(new Int32Array([value]).buffer);
}

/** The longest message worth reading. */
const LARGEST = 1500;

/** Throws a SystemCallError that names the interface, or UnsupportedError where there is no FFI. */
export function openIcmp6(device: string): Icmp6Socket {
  const koffi = foreignFunctions();
  const calls = systemCalls();
  const libc = koffi.load(null);
  const socket: Foreign = libc.func("int socket(int domain, int type, int protocol)");
  const sendto: Foreign = libc.func(
    "int sendto(int fd, const void *bytes, size_t size, int flags, const void *to, uint32_t length)",
  );
  const recvfrom: Foreign = libc.func(
    "int recvfrom(int fd, void *bytes, size_t size, int flags, void *from, void *length)",
  );
  const fail = (call: string): never => {
    throw errorOfErrno(call, device, koffi.errno());
  };
  const fd = socket(AF_INET6, SOCK_RAW | SOCKET_FLAGS, IPPROTO_ICMPV6);
  if (fd < 0) fail("socket");
  const set = (option: SocketOption): void => {
    try {
      calls.setOption(fd, option, device);
    } catch (error) {
      calls.close(fd);
      throw error;
    }
  };
  attachFilter(koffi, FROM_THE_LINK, set);
  set(deviceOption(device));
  const types = typeFilter(Icmp6Type.EchoReply, Icmp6Type.RouterAdvertisement);
  set({ name: "ICMP6_FILTER", level: IPPROTO_ICMPV6, option: ICMP6_FILTER, value: types });
  // Routers take advertisements from their own link alone, which is what a hop limit of 255 shows (RFC 4861 §6.1.2).
  set({ name: "IPV6_MULTICAST_HOPS", level: IPPROTO_IPV6, option: IPV6_MULTICAST_HOPS, value: int(255) });
  set({ name: "IPV6_UNICAST_HOPS", level: IPPROTO_IPV6, option: IPV6_UNICAST_HOPS, value: int(255) });
  const receive = (): Icmp6Packet[] => {
    const packets: Icmp6Packet[] = [];
    for (;;) {
      const buffer = new Uint8Array(LARGEST);
      const from = new Uint8Array(28);
      const length = recvfrom(fd, buffer, buffer.length, 0, from, int(from.length));
      if (length < 0) return packets;
      const view = new DataView(from.buffer);
      const source = (view.getBigUint64(8) << 64n) | view.getBigUint64(16);
      packets.push({ from: formatIpv6(source), bytes: buffer.subarray(0, length) });
    }
  };
  // What came before the filters stood.
  receive();
  return {
    send(to, bytes) {
      const address = socketAddress(AF_INET6, `${to}%${device}`, 0);
      if (sendto(fd, bytes, bytes.length, 0, address, address.length) < 0) fail("sendto");
    },
    receive,
    close: () => calls.close(fd),
  };
}
