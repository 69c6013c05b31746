/** Who may connect: keys of TCP MD5 and TCP-AO, and the least TTL. */
import type { Connection } from "@herald/bgp";
import t from "tap";
import { errorOfErrno } from "../../../src/net/errors.ts";
import { systemCalls } from "../../../src/net/libc.ts";
import { connected, control, dial, host, listen, loopback, refusal } from "./bgp-host-ends.ts";

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
