import { readdirSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import type { Connection, DialOptions } from "@herald/bgp";
import t from "tap";
import { errorOfErrno } from "../../../src/net/errors.ts";
import type { Test } from "tap";
import { bgpHost } from "../../../src/net/index.ts";
import type { BgpHost, BgpHostOptions } from "../../../src/net/index.ts";
import { UnsupportedError, systemCalls } from "../../../src/net/libc.ts";

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined };

function host(options: Partial<BgpHostOptions> = {}): BgpHost {
  return bgpHost({ log: silent, ...options });
}

t.test("of a peer that is named by its interface the reason is told why there is nobody", async (t) => {
  const none = host({
    open: () => {
      throw new Error("setsockopt eth9: no such device (ENODEV)");
    },
  });
  t.match(await refusal(t, none, { remoteAddress: "%eth9", remotePort: 179 }), /no such device/);
});

type Outcome = { readonly connection: Connection } | { readonly error: Error };

/** Dials and waits for one or the other; the connection goes with the test. */
function dial(t: Test, from: BgpHost, options: DialOptions): Promise<Outcome> {
  return new Promise((resolve) => {
    const attempt = from.dialer.dial(options, {
      connected: (connection) => {
        t.teardown(() => connection.destroy());
        resolve({ connection });
      },
      failed: (error) => resolve({ error }),
    });
    t.teardown(() => attempt.cancel());
  });
}

async function connected(t: Test, from: BgpHost, options: DialOptions): Promise<Connection> {
  const outcome = await dial(t, from, options);
  if ("error" in outcome) throw outcome.error;
  return outcome.connection;
}

async function refusal(t: Test, from: BgpHost, options: DialOptions): Promise<string> {
  const outcome = await dial(t, from, options);
  return "error" in outcome ? outcome.error.message : "connected";
}

/** A listener, and the connections it takes, in order. */
async function listen(t: Test, on: BgpHost, address?: string) {
  const accepted: Connection[] = [];
  const waiting: (() => void)[] = [];
  const where = { port: 0, ...(address === undefined ? {} : { address }) };
  const listening = await on.listener.listen(where, (one) => {
    t.teardown(() => one.destroy());
    accepted.push(one);
    for (const wake of waiting.splice(0)) wake();
  });
  t.teardown(() => listening.close());
  const next = async (): Promise<Connection> => {
    for (;;) {
      const one = accepted.shift();
      if (one !== undefined) return one;
      await new Promise<void>((resolve) => void waiting.push(resolve));
    }
  };
  return { port: listening.port, close: () => listening.close(), next, accepted };
}

/** What a connection receives, until it closes. */
function received(connection: Connection): Promise<{ readonly bytes: number; readonly error: Error | undefined }> {
  return new Promise((resolve) => {
    let bytes = 0;
    connection.attach({
      data: (chunk) => void (bytes += chunk.length),
      drain: () => undefined,
      close: (error) => resolve({ bytes, error }),
    });
  });
}

function descriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

function loopback(remotePort: number): DialOptions {
  return { remoteAddress: "127.0.0.1", remotePort };
}

function noCalls(): never {
  throw new UnsupportedError("plan9 is not Linux");
}

/** Resolves when the kernel had time to drop what it was going to drop: a connection without the option came through. */
async function control(t: Test, port: number, remoteAddress = "127.0.0.1"): Promise<void> {
  await connected(t, host(), { remoteAddress, remotePort: port });
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

t.test("a peer is the same whatever its address is written like", async (t) => {
  const calls = systemCalls();
  const applied: string[] = [];
  const here = host({
    calls: () => ({
      ...calls,
      setOption: (fd, option, subject) => {
        if (option.value[0] === 200) applied.push(`${option.name} ${subject}`);
        calls.setOption(fd, option, subject);
      },
    }),
  });
  const server = await listen(t, here);
  here.listener.setPeer("0:0::0001", { ttl: 200 });
  await connected(t, host(), { remoteAddress: "::1", remotePort: server.port });
  await server.next();
  t.same(applied, ["IP_TTL ::1", "IPV6_UNICAST_HOPS ::1"]);
  here.listener.removePeer("::1");
  await connected(t, host(), { remoteAddress: "::1", remotePort: server.port });
  await server.next();
  t.equal(applied.length, 2);
});

t.test("a connection that is open goes on with another key, once both ends have it", async (t) => {
  for (const [address, listenAt] of [
    ["127.0.0.1", "127.0.0.1"],
    ["127.0.0.1", undefined],
    ["::1", undefined],
  ] as const) {
    const here = host();
    const server = await listen(t, here, listenAt);
    here.listener.setPeer(address, { md5Key: "one" });
    const client = await connected(t, here, { remoteAddress: address, remotePort: server.port, md5Key: "one" });
    const peer = await server.next();
    let heard = 0;
    const arrived: (() => void)[] = [];
    peer.attach({
      data: ({ length }) => {
        heard += length;
        for (const wake of arrived.splice(0)) wake();
      },
      drain: () => undefined,
      close: () => undefined,
    });
    client.setMd5Key?.("two");
    client.write(new Uint8Array(10));
    here.listener.removePeer(address);
    await control(t, server.port, address);
    t.equal(heard, 0, "the other end has the old one, and takes nothing");
    const next = new Promise<void>((resolve) => arrived.push(resolve));
    peer.setMd5Key?.("two");
    await next;
    t.equal(heard, 10, `${address}: what was written meanwhile comes through`);
    client.destroy();
    t.throws(() => client.setMd5Key?.("three"), /closed|TCP_MD5SIG/);
  }
});

t.test("equal MD5 keys connect; a wrong key, or none, is silence", async (t) => {
  const here = host();
  const server = await listen(t, here, "127.0.0.1");
  here.listener.setPeer("127.0.0.2", { md5Key: "right" });
  const options = { remoteAddress: "127.0.0.1", remotePort: server.port, localAddress: "127.0.0.2" };
  const attempts = [
    dial(t, here, { ...options, md5Key: "wrong" }).then(() => "wrong key"),
    dial(t, here, options).then(() => "no key"),
  ];
  await connected(t, here, { ...options, md5Key: "right" });
  await server.next();
  await control(t, server.port);
  t.equal(await Promise.race([...attempts, Promise.resolve("silence")]), "silence");
  // The control connection's, no other.
  await server.next();
  t.equal(server.accepted.length, 0);
});

t.test("a key of a peer can be changed and removed while listening", async (t) => {
  const here = host();
  here.listener.setPeer("127.0.0.2", { md5Key: "first" });
  const server = await listen(t, here, "127.0.0.1");
  const options = { remoteAddress: "127.0.0.1", remotePort: server.port, localAddress: "127.0.0.2" };
  await connected(t, here, { ...options, md5Key: "first" });
  here.listener.setPeer("127.0.0.2", { md5Key: "second" });
  await connected(t, here, { ...options, md5Key: "second" });
  here.listener.removePeer("127.0.0.2");
  await connected(t, here, options);
  t.pass("all three connected");
});

t.test("a packet with a TTL below the least one is dropped", async (t) => {
  const here = host();
  const server = await listen(t, here, "127.0.0.1");
  const options = { remoteAddress: "127.0.0.1", remotePort: server.port, minTtl: 255 };
  // The listener answers with the system's TTL, 64: its SYN-ACK does not count.
  const near = dial(t, here, options).then(() => "connected");
  await control(t, server.port);
  t.equal(await Promise.race([near, Promise.resolve("silence")]), "silence");
  here.listener.setPeer("127.0.0.9", { minTtl: 255 });
  await connected(t, here, options);
  t.pass("with a peer that asks for it, it answers with 255");
});

t.test("the least TTL of a peer holds for its accepted connections", async (t) => {
  const here = host();
  const server = await listen(t, here, "127.0.0.1");
  here.listener.setPeer("127.0.0.2", { minTtl: 255 });
  const options = { remoteAddress: "127.0.0.1", remotePort: server.port, localAddress: "127.0.0.2" };
  const far = await connected(t, here, { ...options, ttl: 254 });
  const near = await connected(t, here, { ...options, ttl: 255 });
  const ports = new Map<number, Connection>();
  for (const one of [await server.next(), await server.next()]) ports.set(one.remotePort, one);
  const got: string[] = [];
  const both = new Promise<void>((resolve) => {
    const attach = (name: string, local: Connection): void =>
      ports.get(local.localPort)?.attach({
        data: () => {
          got.push(name);
          resolve();
        },
        drain: () => undefined,
        close: () => undefined,
      });
    attach("far", far);
    attach("near", near);
  });
  far.write(Uint8Array.of(1));
  near.write(Uint8Array.of(1));
  await both;
  t.same(got, ["near"]);
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

t.test("a TCP-AO key is put on the socket before it connects; a kernel without it says so", async (t) => {
  const aoKey = { key: "hush", sendId: 1, receiveId: 1, algorithm: "hmac-sha-1-96" } as const;
  const calls = systemCalls();
  const applied: string[] = [];
  const setOption: typeof calls.setOption = (fd, option, subject) => {
    applied.push(option.name);
    if (option.name !== "TCP_AO_ADD_KEY") calls.setOption(fd, option, subject);
  };
  const here = host({ calls: () => ({ ...calls, setOption }) });
  const server = await listen(t, here, "127.0.0.1");
  await connected(t, here, { ...loopback(server.port), aoKey });
  t.ok(applied.includes("TCP_AO_ADD_KEY"));

  const without: typeof calls.setOption = (fd, option, subject) => {
    if (option.name === "TCP_AO_ADD_KEY") throw errorOfErrno("setsockopt TCP_AO_ADD_KEY", subject, 92);
    calls.setOption(fd, option, subject);
  };
  const old = host({ calls: () => ({ ...calls, setOption: without }) });
  const said = await refusal(t, old, { ...loopback(server.port), aoKey });
  t.match(said, /TCP_AO_ADD_KEY 127\.0\.0\.1:\d+: ENOPROTOOPT: .*this kernel has no TCP-AO, which Linux has from 6\.7/);
  t.notMatch(said, /hush/);
});
