/**
 * Run in a network namespace with a veth pair far and near: sends router advertisements and echo replies with hop limits 64 and
 * 255 out of far, and prints the types of what a socket of ours on near takes.
 */
import { createRequire } from "node:module";
import { setTimeout as pause } from "node:timers/promises";
import type * as Koffi from "koffi";
import { Icmp6Type, openIcmp6 } from "../../src/net/icmp6.ts";
import { AF_INET6, deviceOption, socketAddress } from "../../src/net/socket-options.ts";

const koffi: typeof Koffi = createRequire(import.meta.url)("koffi");
const libc = koffi.load(null);
const socket = libc.func("int socket(int domain, int type, int protocol)");
const setsockopt = libc.func("int setsockopt(int fd, int level, int name, const void *value, uint32_t size)");
const sendto = libc.func(
  "int sendto(int fd, const void *bytes, size_t size, int flags, const void *to, uint32_t length)",
);
const SOCK_RAW = 3;
const IPPROTO_ICMPV6 = 58;
const IPPROTO_IPV6 = 41;
const IPV6_MULTICAST_HOPS = 18;

const receiver = openIcmp6("near");
const fd = Number(socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6));
const device = deviceOption("far").value;
setsockopt(fd, 1, 25, device, device.length);
for (const type of [Icmp6Type.RouterAdvertisement, Icmp6Type.EchoReply]) {
  for (const hops of [64, 255]) {
    setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, new Uint8Array(Int32Array.of(hops).buffer), 4);
    const bytes = new Uint8Array(16);
    // The code tells them apart.
    bytes.set([type, hops]);
    const to = socketAddress(AF_INET6, "ff02::1%far", 0);
    if (Number(sendto(fd, bytes, bytes.length, 0, to, to.length)) < 0) throw new Error(`errno ${koffi.errno()}`);
  }
}
await pause(200);
process.stdout.write(
  receiver
    .receive()
    .map(({ bytes }) => `${bytes[0]}/${bytes[1]}`)
    .join(" "),
);
receiver.close();
