import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { outputsOf, replay, Speaker } from "@herald/bgp";
import type { RecordedEvent, SpeakerEvent } from "@herald/bgp";
import t from "tap";
import { parseArguments, UsageError } from "../../../bgp/examples/arguments.ts";
import { nodeHost } from "../../../bgp/examples/node-host.ts";
import { PEER } from "../../support/bgp-lab.ts";

const PROGRAM = join(import.meta.dirname, "../../../bgp/examples/announce.ts");
const LOG = { debug: () => undefined, info: () => undefined, warn: () => undefined };
const NEEDED = ["--local", "127.0.0.2", "--peer", "127.0.0.1", "--local-as", "64512", "--remote-as", "64513"];

t.test("the command line has defaults, and names what is wrong with it", (t) => {
  t.same(parseArguments([...NEEDED, "--count", "10"]), {
    local: "127.0.0.2",
    peer: "127.0.0.1",
    peerPort: 179,
    localAs: 64512,
    remoteAs: 64513,
    count: 10,
    hold: 90,
    routerId: 0x7f000002,
    record: undefined,
    json: false,
  });
  t.equal(parseArguments(["--help"]), "help");
  const cases: [string[], RegExp][] = [
    [["--count", "10"], /--local is missing/],
    [NEEDED, /--count is missing/],
    [[...NEEDED, "--count", "-1"], /--count/],
    [[...NEEDED, "--count", "1048577"], /--count 1048577: must be a whole number from 0 to 1048576/],
    [[...NEEDED, "--count", "1", "--hold", "2"], /--hold 2: must be 0 or from 3/],
    [[...NEEDED, "--count", "1", "--peer-port", "x"], /--peer-port x/],
    [[...NEEDED, "--count", "1", "--router-id", "0.0.0.0"], /--router-id 0\.0\.0\.0: must be an IPv4 address/],
    [[...NEEDED, "--count", "1", "--local", "fe80::1%eth0"], /--router-id is missing/],
    [[...NEEDED, "--count", "1", "--local-as", "0"], /--local-as 0: must be an AS number/],
    [[...NEEDED, "--count", "1", "--peer", "router"], /--peer router: must be an IPv4 or IPv6 address/],
    [["--colour"], /colour/],
  ];
  for (const [args, text] of cases)
    t.throws(() => parseArguments(args), { name: UsageError.prototype.name, message: text });
  t.end();
});

t.test("a mistake ends the program with status 2 and the usage", async (t) => {
  const child = spawn(process.execPath, [PROGRAM, "--peer", "x"], { stdio: ["ignore", "ignore", "pipe"] });
  let text = "";
  child.stderr.on("data", (chunk) => (text += String(chunk)));
  const [code] = await once(child, "close");
  t.equal(code, 2);
  t.match(text, /^--local is missing\n\nUsage: /);
});

/** A speaker of ours on loopback that waits for the example. */
async function waitingPeer() {
  const events: SpeakerEvent[] = [];
  const speaker = new Speaker({
    host: nodeHost(LOG),
    listen: { address: "127.0.0.1", port: 0 },
    onEvent: (event) => events.push(event),
  });
  const port = (await speaker.listening()) ?? 0;
  speaker.addPeer({ ...PEER, remoteAddress: "127.0.0.2", localAs: 64513, remoteAs: 64512, passive: true });
  speaker.setRoutes(PEER.name, []);
  return { speaker, port, events };
}

t.test("it announces, stays, withdraws on SIGTERM, and its recording can be replayed", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "announce-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const record = join(folder, "session.jsonl");
  const { speaker, port, events } = await waitingPeer();
  const args = [PROGRAM, ...NEEDED, "--count", "1000", "--peer-port", String(port), "--json", "--record", record];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  t.teardown(() => child.kill("SIGKILL"));
  const lines: { event: string }[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(JSON.parse(line));
    if (lines.at(-1)?.event === "synced") child.kill("SIGTERM");
  }
  const code: unknown = child.exitCode ?? (await once(child, "close"))[0];
  t.equal(code, 0);
  t.same(
    lines.map(({ event }) => event),
    ["connected", "established", "synced", "leaving", "down"],
  );
  const error = events.find((event) => event.type === "error");
  t.equal(error?.error.text, "Cease / Administrative Shutdown: the example ends");
  t.equal(speaker.peerStatus(PEER.name)?.ups, 1);
  await speaker.close({ mode: "withdraw" });
  const recording: RecordedEvent[] = readFileSync(record, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  t.same(replay(recording), outputsOf(recording));
});

t.test("two speakers on real sockets exchange what they have, and leave in order", async (t) => {
  const { speaker: there, port } = await waitingPeer();
  const synced = Promise.withResolvers<void>();
  const here = new Speaker({
    host: nodeHost(LOG),
    onEvent: (event) => {
      if (event.type === "synced") synced.resolve();
    },
  });
  here.addPeer({ ...PEER, remoteAddress: "127.0.0.1", remotePort: port, localAddress: "127.0.0.2" });
  here.setRoutes(PEER.name, [{ prefix: { afi: 1, address: 0xc0000200, length: 24 }, attributes: {} }]);
  await synced.promise;
  t.match(here.peerStatus(PEER.name), { state: "Established", localAddress: "127.0.0.2", advertised: 1 });
  await here.close({ mode: "keep" });
  await there.close({ mode: "withdraw" });
});

t.test("what node:net cannot do is said, not left out; refusals and taken ports are errors", async (t) => {
  const host = nodeHost(LOG);
  const fails = async (options: object, text: RegExp): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<Error>();
    const target = { remoteAddress: "127.0.0.1", remotePort: 1, ...options };
    host.dialer.dial(target, { connected: () => t.fail("connected"), failed: resolve });
    t.match(await promise, { message: text });
  };
  await fails({ md5Key: "secret" }, /TCP MD5 signatures are not possible with node:net$/);
  await fails({ ttl: 255 }, /TTL/);
  await fails({ minTtl: 254 }, /TTL/);
  await fails({ device: "eth0" }, /device/);
  await fails({}, /ECONNREFUSED/);
  const { listener } = host;
  if (listener === undefined) throw new Error("the host listens");
  const one = await listener.listen({ address: "127.0.0.1", port: 0 }, () => undefined);
  await t.rejects(
    listener.listen({ address: "127.0.0.1", port: one.port }, () => undefined),
    /EADDRINUSE/,
  );
  host.dialer
    .dial(
      { remoteAddress: "127.0.0.1", remotePort: one.port },
      { connected: () => t.fail("cancelled"), failed: () => t.fail("cancelled") },
    )
    .cancel();
  await one.close();
});
