/** The sockets of BFD on system calls that are played: what they are set to, and what follows when they fail. */
import { constants } from "node:os";
import type { ChannelOptions, IncomingDatagram } from "@herald/bfd";
import t from "tap";
import { SystemCallError } from "../../../../src/net/errors.ts";
import type { BfdCalls, Received } from "../../../../src/net/bfd/calls.ts";
import { Sockets } from "../../../../src/net/bfd/sockets.ts";

const { EHOSTUNREACH, ENOBUFS } = constants.errno;
const BYTES = new Uint8Array(24);
const V4: ChannelOptions = { address: "192.0.2.1", port: 3784, ttl: 255 };

class Lab {
  readonly open = new Map<number, string[]>();
  readonly sent: { readonly fd: number; readonly to: string }[] = [];
  readonly incoming = new Map<number, Received[]>();
  readonly names: number[] = [];
  readonly sockets: Sockets;
  now = 0;
  /** Why a bind to this port fails. */
  refuse = new Map<number, string>();
  errno = 0;
  #draws = 0;

  constructor(random?: () => number) {
    let next = 10;
    const calls: BfdCalls = {
      socket: (family, type) => {
        this.open.set(next, [`${type} ${family}`]);
        return next++;
      },
      setOption: (fd, { name, value }) => void this.open.get(fd)?.push(`${name} ${value[0]}`),
      bind: (fd, _, address, port) => {
        const why = this.refuse.get(port);
        if (why !== undefined) throw new SystemCallError("bind", `${address}:${port}`, why, "no");
        this.open.get(fd)?.push(`bind ${address} ${port}`);
      },
      close: (fd) => void this.open.delete(fd),
      send: (fd, _, destination) => {
        this.sent.push({ fd, to: Buffer.from(destination).toString("hex") });
        return this.errno;
      },
      receive: (fd) => this.incoming.get(fd)?.shift(),
      wait: () => undefined,
      interfaceName: (index) => {
        this.names.push(index);
        return `eth${index}`;
      },
    };
    this.sockets = new Sockets({
      calls,
      random: random ?? (() => (this.#draws++ % 100) / 100),
      now: () => this.now,
    });
  }

  /** The descriptor that is bound so. */
  bound(to: string): number {
    const found = [...this.open].find(([, calls]) => calls.includes(`bind ${to}`));
    if (found === undefined) throw new Error(`nothing is bound to ${to}: ${JSON.stringify([...this.open])}`);
    return found[0];
  }

  read(): IncomingDatagram[] {
    const taken: IncomingDatagram[] = [];
    this.sockets.read((datagram) => void taken.push(datagram));
    return taken;
  }
}

t.test("a session sends from a port of its own with TTL 255 and CS6, and receives with TTL and interface", (t) => {
  const lab = new Lab();
  const channel = lab.sockets.open(V4);
  t.equal(channel.sourcePort, 0, "until it has something to say");
  channel.send(BYTES);
  const receiving = lab.bound("0.0.0.0 3784");
  t.same(lab.open.get(receiving), ["datagram 2", "IP_RECVTTL 1", "IP_PKTINFO 1", "bind 0.0.0.0 3784"]);
  t.same(lab.sockets.descriptors, [receiving]);
  const sending = lab.bound(`0.0.0.0 ${channel.sourcePort}`);
  t.same(lab.open.get(sending)?.slice(0, -1), ["datagram 2", "IP_TTL 255", "IP_TOS 192", "SO_PRIORITY 6"]);
  t.same(lab.sent, [{ fd: sending, to: "02000ec8c00002010000000000000000" }]);
  channel.send(BYTES);
  t.equal(lab.open.size, 2);
  channel.close();
  t.equal(lab.open.size, 0);
  t.end();
});

t.test("IPv6, a local address, an interface and a VRF", (t) => {
  const lab = new Lab();
  const more = { address: "fe80::1", localAddress: "fe80::2", interface: "eth1", vrf: "red", port: 4784 };
  const channel = lab.sockets.open({ ...V4, ...more });
  channel.send(BYTES);
  t.same(lab.open.get(lab.bound(":: 4784")), [
    "datagram 10",
    "IPV6_V6ONLY 1",
    "IPV6_RECVHOPLIMIT 1",
    "IPV6_RECVPKTINFO 1",
    `SO_BINDTODEVICE ${"r".charCodeAt(0)}`,
    "bind :: 4784",
  ]);
  const sending = lab.open.get(lab.bound(`fe80::2 ${channel.sourcePort}`));
  t.ok(sending?.includes("IPV6_UNICAST_HOPS 255"));
  t.ok(sending?.includes(`SO_BINDTODEVICE ${"e".charCodeAt(0)}`), "the interface, which is in the VRF");
  t.end();
});

t.test("sessions share what receives, and never a source port", (t) => {
  const lab = new Lab(() => 0.5);
  const ports = new Map([[57_344, "EADDRINUSE"]]);
  const first = lab.sockets.open(V4);
  first.send(BYTES);
  t.equal(first.sourcePort, 57_344);
  lab.refuse = ports;
  const second = lab.sockets.open({ ...V4, address: "192.0.2.2" });
  second.send(BYTES);
  t.equal(second.sourcePort, 0);
  t.match(lab.sockets.trouble({ ...V4, address: "192.0.2.2" }), /bind .*EADDRINUSE/);
  t.equal(lab.open.size, 2, "nothing is left open by it");
  first.close();
  t.equal(lab.sockets.descriptors.length, 1, "the other still receives");
  second.close();
  t.equal(lab.sockets.descriptors.length, 0);
  t.end();
});

t.test("a port that another process has is passed over", (t) => {
  const lab = new Lab();
  lab.refuse = new Map([[49_152, "EADDRINUSE"]]);
  const channel = lab.sockets.open(V4);
  channel.send(BYTES);
  t.equal(channel.sourcePort, 49_152 + Math.floor(16_384 * 0.01));
  t.end();
});

t.test("a receiving socket that is refused is a reason, and is had as soon as it can be", (t) => {
  const lab = new Lab();
  lab.refuse = new Map([[3784, "EADDRINUSE"]]);
  const channel = lab.sockets.open(V4);
  channel.send(BYTES);
  t.match(lab.sockets.trouble(V4), /bind 0\.0\.0\.0:3784: EADDRINUSE.*another BFD daemon/);
  t.same(lab.sockets.descriptors, []);
  lab.refuse.clear();
  lab.now = 999;
  channel.send(BYTES);
  t.same(lab.sockets.descriptors, [], "not with every packet");
  lab.now = 1000;
  channel.send(BYTES);
  t.equal(lab.sockets.descriptors.length, 1);
  t.equal(lab.sockets.trouble(V4), undefined);
  t.end();
});

t.test("what cannot be sent is lost: a full queue says nothing, anything else is a reason and a new socket", (t) => {
  const lab = new Lab();
  const channel = lab.sockets.open(V4);
  channel.send(BYTES);
  const port = channel.sourcePort;
  const before = lab.bound(`0.0.0.0 ${port}`);
  lab.errno = ENOBUFS;
  channel.send(BYTES);
  t.equal(lab.sockets.trouble(V4), undefined);
  lab.errno = EHOSTUNREACH;
  channel.send(BYTES);
  t.match(lab.sockets.trouble(V4), /send 192\.0\.2\.1:3784: EHOSTUNREACH/);
  lab.errno = 0;
  lab.now = 1000;
  channel.send(BYTES);
  t.equal(lab.sockets.trouble(V4), undefined);
  t.equal(channel.sourcePort, port, "from the same port");
  t.not(lab.bound(`0.0.0.0 ${port}`), before);
  t.end();
});

t.test("a datagram is handed on with where it came in; names of interfaces are asked for once", (t) => {
  const lab = new Lab();
  lab.sockets.open({ ...V4, vrf: "red" });
  const [fd = 0] = lab.sockets.descriptors;
  const one = { address: "192.0.2.1", bytes: BYTES, ttl: 255, interfaceIndex: 3, localAddress: "192.0.2.9" };
  const { ttl: _, ...blind } = one;
  lab.incoming.set(fd, [one, one, blind]);
  const expected = {
    address: "192.0.2.1",
    localAddress: "192.0.2.9",
    interface: "eth3",
    vrf: "red",
    port: 3784,
    ttl: 255,
    bytes: BYTES,
  };
  t.same(lab.read(), [expected, expected], "one of unknown TTL is nobody's");
  t.same(lab.names, [3]);
  lab.sockets.forgetNames();
  lab.incoming.set(fd, [one]);
  lab.read();
  t.same(lab.names, [3, 3]);
  t.end();
});

t.test("a flood on one socket lets the timers have their turn", (t) => {
  const lab = new Lab();
  lab.sockets.open(V4);
  const [fd = 0] = lab.sockets.descriptors;
  const one = { address: "192.0.2.1", bytes: BYTES, ttl: 255, interfaceIndex: 3 };
  lab.incoming.set(
    fd,
    Array.from({ length: 1000 }, () => one),
  );
  t.equal(lab.read().length, 64);
  lab.sockets.close();
  t.equal(lab.open.size, 0);
  t.end();
});
