/** Echo packets on system calls that are played. */
import { constants } from "node:os";
import t from "tap";
import { echoPacket, echoPayload } from "../../../../src/net/bfd/echo-packet.ts";
import { Echoes } from "../../../../src/net/bfd/echoes.ts";
import type { PacketCalls } from "../../../../src/net/bfd/packet-calls.ts";
import { UnsupportedError } from "../../../../src/net/libc.ts";

const PAYLOAD = Uint8Array.from({ length: 16 }, (_, i) => i);
const OWN = 0xc000020b;
const PACKET = "45c0002c00004000ff11f6e9c000020bc000020bc0000ec900180000000102030405060708090a0b0c0d0e0f";
const OPTIONS = { address: "192.0.2.1", port: 3784, ttl: 255 };
const PLACE = { interface: "eth0", interfaceIndex: 2, localAddress: "192.0.2.11" };

function hex(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? "" : Buffer.from(bytes).toString("hex");
}

class Lab {
  now = 0;
  errno = 0;
  refuse: Error | undefined;
  hardware: Uint8Array | undefined = Uint8Array.of(2, 0, 0, 0, 0, 1);
  readonly told: string[] = [];
  readonly incoming: Uint8Array[] = [];
  readonly echoes: Echoes;

  constructor() {
    const calls: PacketCalls = {
      openPackets: () => {
        this.told.push("open");
        if (this.refuse !== undefined) throw this.refuse;
        return 5;
      },
      receivePacket: () => this.incoming.shift(),
      sendPacket: (fd, bytes, index, hardware) => {
        this.told.push(`send ${fd} ${index} ${hex(hardware)} ${hex(bytes)}`);
        return this.errno;
      },
      neighbour: (address, device) => {
        this.told.push(`ask ${address.toString(16)} ${device}`);
        return this.hardware;
      },
      closePackets: (fd) => void this.told.push(`close ${fd}`),
    };
    this.echoes = new Echoes({ calls: () => calls, now: () => this.now });
  }

  heard(): string[] {
    return this.told.splice(0);
  }
}

t.test("an echo packet goes from this end to itself with TTL 255, and is read whole or not at all", (t) => {
  const packet = echoPacket(OWN, PAYLOAD);
  t.equal(hex(packet), PACKET);
  t.equal(hex(echoPayload(packet)), hex(PAYLOAD));
  const withOptions = new Uint8Array(packet.length + 4);
  withOptions.set(packet.subarray(0, 20));
  withOptions.set(packet.subarray(20), 24);
  withOptions[0] = 0x46;
  t.equal(hex(echoPayload(withOptions)), hex(PAYLOAD));
  const changes: readonly (readonly [number, number])[] = [
    [0, 0x65],
    [0, 0x44],
    [0, 0x4f],
    [7, 1],
    [9, 6],
    [23, 0xc8],
    [25, 0x19],
    [25, 7],
  ];
  for (const [at, value] of changes) {
    const changed = packet.slice();
    changed[at] = value;
    t.equal(echoPayload(changed), undefined, `byte ${at} is ${value}`);
  }
  for (let length = 0; length < packet.length; length++) t.equal(echoPayload(packet.subarray(0, length)), undefined);
  t.end();
});

t.test("it goes to where the neighbour's control packets come from, by the address that the kernel has of it", (t) => {
  const lab = new Lab();
  const channel = lab.echoes.open(OPTIONS);
  t.same(lab.echoes.descriptors, []);
  t.equal(channel.send(PAYLOAD), false, "nobody knows where yet");
  lab.echoes.heard("192.0.2.2", PLACE);
  t.equal(channel.send(PAYLOAD), false, "that was another one");
  t.same(lab.heard(), ["open"]);
  t.same(lab.echoes.descriptors, [5]);
  lab.echoes.heard("192.0.2.1", PLACE);
  t.equal(channel.send(PAYLOAD), true);
  t.same(lab.heard(), ["ask c0000201 eth0", `send 5 2 020000000001 ${PACKET}`]);
  t.equal(channel.send(PAYLOAD), true);
  t.equal(lab.heard().length, 1, "it is not asked for each");
  lab.now = 1000;
  lab.hardware = undefined;
  t.equal(channel.send(PAYLOAD), false, "but once a second");
  lab.heard();
  lab.hardware = Uint8Array.of(2, 0, 0, 0, 0, 9);
  lab.echoes.heard("192.0.2.1", { ...PLACE, interface: "eth1", interfaceIndex: 3 });
  t.equal(channel.send(PAYLOAD), true, "and where it comes in over another interface");
  t.same(lab.heard()[0], "ask c0000201 eth1");
  lab.errno = constants.errno.ENOBUFS;
  t.equal(channel.send(PAYLOAD), false);
  channel.close();
  t.same(lab.heard().at(-1), "close 5");
  t.same(lab.echoes.descriptors, []);
  t.end();
});

t.test("a session over one interface is sent over no other", (t) => {
  const lab = new Lab();
  const channel = lab.echoes.open({ ...OPTIONS, interface: "eth1" });
  lab.echoes.heard("192.0.2.1", PLACE);
  t.equal(channel.send(PAYLOAD), false);
  lab.echoes.heard("192.0.2.1", { ...PLACE, interface: "eth1" });
  t.equal(channel.send(PAYLOAD), true);
  t.end();
});

t.test("what came back is handed on, and what is none passed over", (t) => {
  const lab = new Lab();
  const taken: string[] = [];
  const read = () => lab.echoes.read((payload) => void taken.push(hex(payload)));
  read();
  lab.echoes.open(OPTIONS).send(PAYLOAD);
  lab.incoming.push(new Uint8Array(3), echoPacket(OWN, PAYLOAD));
  read();
  t.same(taken, [hex(PAYLOAD)]);
  t.end();
});

t.test("where it may not, the reason is on the session, and it is tried again", (t) => {
  const lab = new Lab();
  lab.refuse = new UnsupportedError("no");
  const channel = lab.echoes.open(OPTIONS);
  lab.echoes.heard("192.0.2.1", PLACE);
  t.equal(channel.send(PAYLOAD), false);
  t.equal(channel.send(PAYLOAD), false);
  t.same(lab.heard(), ["open"], "once a second");
  t.equal(lab.echoes.trouble("192.0.2.1"), "no echo packets are sent: no");
  t.equal(lab.echoes.trouble("192.0.2.2"), undefined);
  lab.refuse = undefined;
  lab.now = 1000;
  t.equal(channel.send(PAYLOAD), true);
  t.equal(lab.echoes.trouble("192.0.2.1"), undefined);
  t.end();
});
