/** What a peer becomes in the configuration of a session. */
import type { PeerConfig } from "@herald/bgp";
import t from "tap";
import type { NativeOptions } from "../../../src/backend/native/index.ts";
import { Secret } from "../../../src/model/config.ts";
import type { Peer } from "../../../src/model/config.ts";
import { ip, peer } from "../../support/plan-values.ts";
import { ALL, NODE, recorded } from "./native-calls.ts";

function configOf(one: Peer, options: Partial<NativeOptions> = {}): PeerConfig | undefined {
  const { backend, calls } = recorded(options);
  backend.apply({ ...NODE, peers: [{ peer: one, routes: [] }] });
  const call = calls[0];
  return call?.[0] === "setPeers" ? call[1][0] : undefined;
}

t.test("BFD strict mode is asked of the session where BFD can run", (t) => {
  const strict = { ...peer("tor-1"), bfdStrict: true } as const;
  t.equal(configOf(strict, { sockets: { ...ALL, bfd: true } })?.bfdStrict, true);
  t.equal(configOf(strict, { sockets: ALL })?.bfdStrict, undefined);
  t.end();
});

t.test("a plain peer becomes a plain configuration", (t) => {
  t.same(configOf(peer("tor-1")), {
    name: "tor-1",
    remoteAddress: "192.0.2.254",
    remotePort: 179,
    localAs: 64500,
    remoteAs: 64501,
    bgpId: 7,
    holdTime: 90,
    connectRetryTime: 10,
    families: { ipv4: true, ipv6: true },
    hostName: "n1",
    extendedMessages: true,
  });
  t.end();
});

t.test("everything a peer can ask for is passed on", (t) => {
  const one = peer("tor-1", {
    address: ip("2001:db8::fe"),
    port: 1179,
    peerAsn: "internal",
    localAsn: 65001,
    sourceAddress: ip("2001:db8::1"),
    keepaliveTime: 3,
    holdTime: 9,
    routerId: 99,
    vrf: "red",
    password: new Secret("hush"),
    gracefulRestart: true,
    families: new Set([6] as const),
    maxReceivedPrefixes: 50,
  });
  t.same(configOf(one, { sockets: ALL, restartTime: 60, restarted: true, forwarding: true }), {
    extendedMessages: true,
    name: "tor-1",
    remoteAddress: "2001:db8::fe",
    remotePort: 1179,
    localAs: 65001,
    remoteAs: "internal",
    bgpId: 99,
    localAddress: "2001:db8::1",
    device: "red",
    holdTime: 9,
    keepaliveTime: 3,
    connectRetryTime: 10,
    families: { ipv4: false, ipv6: true },
    gracefulRestart: { restartTime: 60, restarted: true, forwarding: true, notification: true },
    md5Key: "hush",
    maxPrefixes: 50,
    ttl: 64,
    hostName: "n1",
  });
  t.end();
});

t.test("with tcpAO the password is a TCP-AO key, and no MD5 key", (t) => {
  const tcpAo = { sendId: 5, receiveId: 6, algorithm: "aes-128-cmac-96" } as const;
  const one = peer("tor-1", { password: new Secret("hush"), tcpAo });
  const config = configOf(one, { sockets: { ...ALL, ao: true } });
  t.same([config?.aoKey, config?.md5Key], [{ key: "hush", ...tcpAo }, undefined]);
  t.equal(configOf(one, { sockets: ALL }), undefined, "not where the host has none");
  t.end();
});

t.test("the TTL follows the kind of session, where the host can set it", (t) => {
  const ttl = (fields: Partial<Peer>, sockets = ALL): number | undefined =>
    configOf(peer("tor-1", fields), { sockets })?.ttl;
  t.equal(ttl({}), 1);
  t.equal(ttl({ peerAsn: "external" }), 1);
  t.equal(ttl({ ebgpMultiHop: true }), 255);
  t.equal(ttl({ peerAsn: 64500 }), 64);
  t.equal(ttl({ peerAsn: 64500, localAsn: 65001 }), 1, "the AS towards this peer counts");
  t.equal(configOf(peer("tor-1"))?.ttl, undefined);
  t.end();
});

t.test("what Herald adds to a peer reaches the session", (t) => {
  const listen = { port: 179 };
  const one = peer("tor-1", { ttlSecurity: true, passive: true, minimumHoldTime: 30, sourceInterface: "eth1" });
  t.match(configOf(one, { sockets: ALL, listen }), {
    ttl: 255,
    minTtl: 255,
    passive: true,
    minimumHoldTime: 30,
    device: "eth1",
  });
  const six = configOf(peer("tor-1", { address: ip("2001:db8::fe") }));
  t.equal(six?.extendedNextHop, true, "IPv4 routes over IPv6: with an IPv6 next hop where the peer takes it");
  t.equal(configOf(peer("tor-1"))?.extendedNextHop, undefined);
  t.end();
});
