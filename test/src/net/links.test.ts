import t from "tap";
import { Icmp6Type } from "../../../src/net/icmp6.ts";
import type { Icmp6Packet } from "../../../src/net/icmp6.ts";
import { Links } from "../../../src/net/links.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const ROUTER = "fe80::1";
const OTHER = "fe80::2";
const OURS = "fe80::9";

/** Links on sockets that keep what is sent and give what a test puts in. */
function lab() {
  const clock = new FakeClock();
  const sent: string[] = [];
  const waiting: Icmp6Packet[] = [];
  const open: string[] = [];
  const warnings: string[] = [];
  const fault: { open?: Error; send?: Error } = {};
  const links = new Links({
    clock,
    log: { warn: (message) => void warnings.push(message) },
    own: () => [OURS],
    open(device) {
      if (fault.open !== undefined) throw fault.open;
      open.push(device);
      return {
        send(to, bytes) {
          if (fault.send !== undefined) throw fault.send;
          sent.push(`${to} ${bytes[0]}`);
        },
        receive: () => waiting.splice(0),
        close: () => void open.splice(open.indexOf(device), 1),
      };
    },
  });
  const hear = (from: string, type: number): void => void waiting.push({ from, bytes: Uint8Array.of(type, 0) });
  return { clock, links, sent, open, warnings, hear, fault };
}

t.test("a router is known by its advertisement, ours and what is not of the link left out", (t) => {
  const { links, hear } = lab();
  links.join("eth1");
  t.throws(() => links.neighbor("eth1"), /nobody is heard on interface eth1 yet/);
  hear(OURS, Icmp6Type.RouterAdvertisement);
  hear("2001:db8::1", Icmp6Type.RouterAdvertisement);
  t.throws(() => links.neighbor("eth1"), /nobody/);
  hear(OTHER, Icmp6Type.EchoReply);
  hear(ROUTER, Icmp6Type.RouterAdvertisement);
  t.equal(links.neighbor("eth1"), "fe80::1%eth1", "before one that only answers");
  t.end();
});

t.test("without advertisements the only one that answers is the peer; of two neither is", (t) => {
  const { links, hear } = lab();
  links.join("eth1");
  hear(OTHER, Icmp6Type.EchoReply);
  t.equal(links.neighbor("eth1"), "fe80::2%eth1");
  hear("fe80::3", Icmp6Type.EchoReply);
  t.throws(
    () => links.neighbor("eth1"),
    /2 neighbours and no router advertisement on interface eth1; write peerAddress/,
  );
  t.end();
});

t.test("a router that is no longer heard of is forgotten, and another one found", (t) => {
  const { clock, links, hear } = lab();
  links.join("eth1");
  hear(ROUTER, Icmp6Type.RouterAdvertisement);
  clock.advance(100);
  hear("fe80::7", Icmp6Type.RouterAdvertisement);
  t.equal(links.neighbor("eth1"), "fe80::1%eth1", "the first stays");
  clock.advance(30_000);
  hear("fe80::7", Icmp6Type.RouterAdvertisement);
  clock.advance(31_000);
  t.equal(links.neighbor("eth1"), "fe80::7%eth1");
  t.end();
});

t.test("we advertise ourselves, often at first, as no default router (RFC 4861 §6.2.4)", (t) => {
  const { clock, links, sent } = lab();
  links.join("eth1");
  t.same(sent.splice(0), ["ff02::1 134", "ff02::1 128"]);
  clock.advance(3000);
  t.equal(sent.splice(0).length, 6);
  clock.advance(10_000);
  t.equal(sent.splice(0).length, 2);
  t.end();
});

t.test("an interface is watched as long as somebody asks", (t) => {
  const { clock, links, open, sent } = lab();
  links.join("eth1");
  links.join("eth1");
  links.leave("eth1");
  t.same(open, ["eth1"]);
  links.leave("eth1");
  links.leave("eth1");
  t.same(open, []);
  sent.splice(0);
  clock.advance(20_000);
  t.same(sent, []);
  t.equal(clock.pending, 0);
  t.end();
});

t.test("an interface that is not there, or is down, is told and tried again", (t) => {
  const { links, fault, warnings, hear } = lab();
  fault.open = new Error("setsockopt eth1: no such device (ENODEV)");
  links.join("eth1");
  t.throws(() => links.neighbor("eth1"), /no such device/);
  delete fault.open;
  fault.send = new Error("sendto eth1: network is down (ENETDOWN)");
  t.throws(() => links.neighbor("eth1"), /nobody is heard/);
  hear(ROUTER, Icmp6Type.RouterAdvertisement);
  t.equal(links.neighbor("eth1"), "fe80::1%eth1");
  t.same(warnings, ["interface cannot be watched", "router advertisement not sent"]);
  t.end();
});
