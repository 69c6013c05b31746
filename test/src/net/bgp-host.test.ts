/** Connections as a BGP speaker gets them of this machine: bytes, ends, addresses, errors. */
import { readdirSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import type { Connection, DialOptions } from "@herald/bgp";
import t from "tap";
import { UnsupportedError, systemCalls } from "../../../src/net/libc.ts";
import { connected, control, host, listen, loopback, received, refusal, silent } from "./bgp-host-ends.ts";

t.test("of a peer that is named by its interface the reason is told why there is nobody", async (t) => {
  const none = host({
    open: () => {
      throw new Error("setsockopt eth9: no such device (ENODEV)");
    },
  });
  t.match(await refusal(t, none, { remoteAddress: "%eth9", remotePort: 179 }), /no such device/);
});

function descriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

function noCalls(): never {
  throw new UnsupportedError("plan9 is not Linux");
}

t.test("bytes go both ways, and an orderly end has no error", async (t) => {
  const here = host();
  const server = await listen(t, here, "127.0.0.1");
  const client = await connected(t, here, { remoteAddress: "127.0.0.1", remotePort: server.port });
  const peer = await server.next();
  t.equal(client.remotePort, server.port);
  t.equal(peer.remotePort, client.localPort);
  const toServer = new Promise<Uint8Array>((resolve) => {
    peer.attach({ data: resolve, drain: () => undefined, close: () => undefined });
  });
  const toClient = received(client);
  t.equal(client.write(Uint8Array.of(1, 2, 3)), true);
  const bytes = await toServer;
  t.same([bytes.constructor, [...bytes]], [Uint8Array, [1, 2, 3]]);
  peer.write(Uint8Array.of(4));
  peer.end();
  t.same(await toClient, { bytes: 1, error: undefined });
});

t.test("what was written before the end still arrives", async (t) => {
  const here = host();
  const server = await listen(t, here, "127.0.0.1");
  const client = await connected(t, here, { remoteAddress: "127.0.0.1", remotePort: server.port });
  const peer = received(await server.next());
  void received(client);
  client.write(new Uint8Array(8_000_000));
  t.ok(client.buffered > 0, "more than the kernel took");
  client.end();
  t.equal(client.write(Uint8Array.of(1)), true, "a write after the end is dropped");
  t.equal((await peer).bytes, 8_000_000);
});

t.test("after the end what comes in is read and dropped, also when nobody attached", async (t) => {
  const here = host();
  const server = await listen(t, here, "127.0.0.1");
  const client = await connected(t, here, { remoteAddress: "127.0.0.1", remotePort: server.port });
  const peer = await server.next();
  const over = new Promise<Error | undefined>((resolve) => {
    peer.attach({ data: () => undefined, drain: () => peer.end(), close: resolve });
  });
  peer.write(new Uint8Array(8_000_000));
  client.end();
  t.equal(await over, undefined);
});

t.test("a full connection says so, and again when it takes more", async (t) => {
  const here = host();
  const server = await listen(t, here, "127.0.0.1");
  const client = await connected(t, here, { remoteAddress: "127.0.0.1", remotePort: server.port });
  const peer = await server.next();
  const drained = new Promise<void>((resolve) => {
    client.attach({ data: () => undefined, drain: resolve, close: () => undefined });
  });
  t.equal(client.write(new Uint8Array(20_000_000)), false);
  void received(peer);
  await drained;
  t.equal(client.buffered, 0);
});

t.test("the source address is used, also with every other option", async (t) => {
  const here = host();
  const server = await listen(t, here, "127.0.0.1");
  const options = { remoteAddress: "127.0.0.1", remotePort: server.port, localAddress: "127.0.0.2" };
  t.equal((await connected(t, here, options)).localAddress, "127.0.0.2");
  t.equal((await server.next()).remoteAddress, "127.0.0.2");
  here.listener.setPeer("127.0.0.2", { md5Key: "key" });
  const special = { ...options, md5Key: "key", ttl: 255, minTtl: 64, device: "lo" };
  t.equal((await connected(t, here, special)).localAddress, "127.0.0.2");
});

t.test("sessions over IPv6 and over a dual-stack listener, with addresses in plain form", async (t) => {
  const here = host();
  const server = await listen(t, here);
  here.listener.setPeer("127.0.0.3", { md5Key: "v4" });
  here.listener.setPeer("::1", { md5Key: "v6", minTtl: 255 });
  const v4 = { remoteAddress: "127.0.0.1", localAddress: "127.0.0.3", remotePort: server.port, md5Key: "v4" };
  await connected(t, here, v4);
  t.equal((await server.next()).remoteAddress, "127.0.0.3");
  await connected(t, here, { remoteAddress: "::1", remotePort: server.port, md5Key: "v6", ttl: 255 });
  t.equal((await server.next()).remoteAddress, "::1");
});

t.test("errors name the call, the subject, the errno and what would help", async (t) => {
  const here = host();
  const server = await listen(t, here, "127.0.0.1");
  const free = await listen(t, here, "127.0.0.1");
  await free.close();
  t.equal(
    await refusal(t, here, loopback(free.port)),
    `connect 127.0.0.1:${free.port}: ECONNREFUSED: connection refused; the peer is reachable, but nothing listens on that port or it refuses this address`,
  );
  t.equal(
    await refusal(t, here, { ...loopback(server.port), localAddress: "192.0.2.1" }),
    "bind 192.0.2.1: EADDRNOTAVAIL: address not available; it is not an address of this machine",
  );
  t.equal(
    await refusal(t, here, { ...loopback(server.port), device: "nowhere0" }),
    `setsockopt SO_BINDTODEVICE 127.0.0.1:${server.port}: ENODEV: no such device; there is no such interface or VRF`,
  );
  t.equal(
    await refusal(t, here, { ...loopback(server.port), md5Key: "x".repeat(81) }),
    "the MD5 key has 81 bytes; at most 80 are possible",
  );
  t.equal(
    await refusal(t, here, { remoteAddress: "fe80::1%nowhere0", remotePort: 179, localAddress: "fe80::1%nowhere0" }),
    "interface nowhere0 has no IPv6 link-local address",
  );
  await t.rejects(
    here.listener.listen({ address: "127.0.0.1", port: server.port }, () => undefined),
    {
      message: `bind 127.0.0.1:${server.port}: EADDRINUSE: address already in use; another process listens there`,
    },
  );
});

t.test("no descriptor is left, whatever becomes of an attempt", async (t) => {
  const here = host();
  const server = await listen(t, here, "127.0.0.1");
  const to: DialOptions = { remoteAddress: "127.0.0.1", remotePort: server.port };
  const warmUp = await connected(t, here, to);
  await server.next();
  const before = descriptors();
  for (let i = 0; i < 10; i++) {
    await refusal(t, here, { ...to, localAddress: "192.0.2.1" });
    await refusal(t, here, { ...to, device: "nowhere0" });
    await refusal(t, here, { ...to, md5Key: "x".repeat(81) });
    await t.rejects(here.listener.listen({ address: "192.0.2.1", port: 0 }, () => undefined));
    await t.rejects(here.listener.listen({ address: "127.0.0.1", port: server.port }, () => undefined));
    here.dialer.dial(to, { connected: () => t.fail("cancelled"), failed: () => t.fail("cancelled") }).cancel();
    const client = await connected(t, here, { ...to, ttl: 255 });
    const mine = received(client);
    const theirs = received(await nextFrom(server, client));
    client.destroy();
    await Promise.all([mine, theirs]);
  }
  await control(t, server.port);
  for (const one of server.accepted.splice(0)) if (one.remotePort !== 0) one.destroy();
  warmUp.destroy();
  await new Promise(setImmediate);
  await new Promise(setImmediate);
  t.ok(descriptors() <= before + 1, `${descriptors()} after, ${before} before, one of the control`);
});

async function nextFrom(server: { next(): Promise<Connection> }, client: Connection): Promise<Connection> {
  for (;;) {
    const one = await server.next();
    if (one.remotePort === client.localPort) return one;
    one.destroy();
  }
}

t.test("without system calls plain sessions run, and what needs them says so", async (t) => {
  const warnings: unknown[] = [];
  const here = host({
    calls: noCalls,
    log: { ...silent, warn: (message, fields) => void warnings.push([message, fields]) },
  });
  const server = await listen(t, here, "127.0.0.1");
  const to = { remoteAddress: "127.0.0.1", remotePort: server.port, localAddress: "127.0.0.2" };
  t.equal((await connected(t, here, to)).localAddress, "127.0.0.2");
  await connected(t, here, to);
  t.same(warnings, [["special socket options are not available", { error: "plan9 is not Linux" }]], "said once");
  t.equal(
    await refusal(t, here, { ...to, md5Key: "k", device: "lo" }),
    "an MD5 key, an interface or VRF cannot be applied to a connection here: plan9 is not Linux",
  );
  here.listener.setPeer("127.0.0.2", { md5Key: "k" });
  await t.rejects(listen(t, here, "127.0.0.1"), {
    message: "an MD5 key or TTL for 127.0.0.2 cannot be applied to a listener here: plan9 is not Linux",
  });
});

t.test("a closed connection tells whoever attaches later", async (t) => {
  const server = createServer((socket) => socket.once("data", () => socket.resetAndDestroy()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const client = await connected(t, host(), { remoteAddress: "127.0.0.1", remotePort: port });
  client.write(Uint8Array.of(1));
  const first = await received(client);
  t.match(first.error?.message, /ECONNRESET/);
  t.match((await received(client)).error?.message, /ECONNRESET/);
});

t.test("a peer that does not close after our end is cut off", async (t) => {
  const fired: (() => void)[] = [];
  const real = host().clock;
  const clock = {
    ...real,
    setTimer: (_: number, fire: () => void) => {
      fired.push(fire);
      return { cancel: () => undefined };
    },
  };
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined);
    socket.resume();
    t.teardown(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const client = await connected(t, host({ clock }), { remoteAddress: "127.0.0.1", remotePort: port });
  const over = received(client);
  client.end();
  client.end();
  t.equal(fired.length, 1);
  fired[0]?.();
  t.match(await over, { error: undefined });
});

t.test("the FFI library is loaded once", (t) => {
  t.equal(systemCalls(), systemCalls());
  t.end();
});
