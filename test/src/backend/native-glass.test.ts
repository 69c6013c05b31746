/** What an operator sees of Herald's own sessions, from the speaker to the command line. */
import { parsePrefix } from "bgp-ts-codec";
import { Speaker } from "@herald/bgp";
import type { SpeakerOptions } from "@herald/bgp";
import t from "tap";
import { lookingGlass } from "../../../src/backend/native/glass.ts";
import { runCli } from "../../../src/cli/program.ts";
import { Exit } from "../../../src/cli/system.ts";
import { agentRoutes } from "../../../src/http/index.ts";
import type { Observed } from "../../../src/observed.ts";
import { matchesGolden } from "../../support/golden.ts";
import { MemoryNetwork } from "../../support/memory-network.ts";
import { FakeClock } from "../../support/fake-clock.ts";
import { observed } from "../../support/observed.ts";
import { testSystem } from "../../support/test-system.ts";

const COMMON = { holdTime: 90, connectRetryTime: 5, families: { ipv4: true, ipv6: false } };
const RESTART = { restartTime: 120, restarted: false, forwarding: false, notification: true };

/** A speaker with a session to a router, one route on it, and a peer that does not answer. */
function speaker(): Speaker {
  const clock = new FakeClock();
  const network = new MemoryNetwork(clock);
  const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined };
  const make = (address: string, more: Partial<SpeakerOptions> = {}): Speaker => {
    const ports = { dialer: network.dialer(address), listener: network.listener(address) };
    return new Speaker({ host: { clock, random: () => 0.5, log: quiet, ...ports }, onEvent: () => undefined, ...more });
  };
  const router = make("10.0.0.1", { listen: { port: 179, address: "10.0.0.1" } });
  const ours = { name: "us", remoteAddress: "10.0.0.11", remotePort: 179, passive: true };
  router.addPeer({ ...COMMON, ...ours, localAs: 64501, remoteAs: 64500, bgpId: 0x0a000001, gracefulRestart: RESTART });
  const us = make("10.0.0.11");
  const rest = { localAs: 64500, remoteAs: 64501, bgpId: 0x0a00000b, remotePort: 179 };
  us.addPeer({ ...COMMON, ...rest, name: "tor-1", remoteAddress: "10.0.0.1", gracefulRestart: RESTART });
  us.addPeer({ ...COMMON, ...rest, name: "tor-2", remoteAddress: "10.0.0.2" });
  const prefix = parsePrefix("192.0.2.1/32");
  if (prefix === undefined) throw new Error("no prefix");
  us.setRoutes("tor-1", [{ prefix, attributes: { communities: [64500 * 65536 + 100], med: 5 } }]);
  us.setRoutes("tor-2", []);
  router.setRoutes("us", []);
  clock.advance(1000);
  return us;
}

function agent(shown: Speaker | undefined): () => Observed {
  const all = observed();
  if (all.speaker === undefined) throw new Error("an agent with a speaker");
  const { speaker: plain, ...rest } = all;
  return () => ({ ...rest, speaker: { ...plain, ...(shown && { glass: lookingGlass(shown) }) } });
}

async function ask(
  shown: Speaker | undefined,
  ...args: readonly string[]
): Promise<{ exit: Exit; out: string; err: string }> {
  const system = testSystem();
  Object.assign(system.routes, agentRoutes(agent(shown)));
  return { exit: await runCli(["bgp", ...args], system), ...system.printed };
}

t.test("bgp peers: a line each; of one peer everything", async (t) => {
  const us = speaker();
  const { exit, out } = await ask(us, "peers");
  t.equal(exit, Exit.Ok);
  matchesGolden(t, "cli/bgp-peers.txt", out);
  matchesGolden(t, "cli/bgp-peer.txt", (await ask(us, "peers", "tor-1")).out);
  t.match(JSON.parse((await ask(us, "peers", "tor-1", "-o", "json")).out), [
    {
      peer: "tor-1",
      state: "Established",
      connection: /^10\.0\.0\.11:\d+ → 10\.0\.0\.1:179$/,
      localAs: 64500,
      remoteAs: 64501,
      remoteId: "10.0.0.1",
      capabilitiesReceived: [{ kind: "multiprotocol", family: "ipv4-unicast" }],
      timers: { Hold: Number, Keepalive: Number },
      updateGroup: 1,
    },
  ]);
});

t.test("bgp routes: what each peer is told, with all attributes", async (t) => {
  const us = speaker();
  matchesGolden(t, "cli/bgp-routes.txt", (await ask(us, "routes")).out);
  t.match(JSON.parse((await ask(us, "routes", "tor-1", "-o", "json")).out), [
    {
      peer: "tor-1",
      prefix: "192.0.2.1/32",
      attributes: { origin: "IGP", asPath: "64500", nextHop: "10.0.0.11", med: 5, communities: ["64500:100"] },
    },
  ]);
  t.match((await ask(us, "routes", "tor-2")).out, /Nothing is announced/);
});

t.test("bgp log: the last messages, decoded and in hex", async (t) => {
  const us = speaker();
  matchesGolden(t, "cli/bgp-log.txt", (await ask(us, "log", "tor-1")).out);
  t.match(JSON.parse((await ask(us, "log", "tor-1", "-o", "json")).out), [
    { peer: "tor-1", direction: "sent", message: { type: "OPEN", asn: 64500 }, hex: /^f{32}/ },
    { direction: "received", message: { type: "OPEN", asn: 64501 } },
  ]);
});

t.test("a peer that is not there, and an agent whose sessions are another program's, are said so", async (t) => {
  t.match(await ask(speaker(), "log", "tor-9"), { exit: Exit.Failure, err: /there is no peer tor-9/ });
  t.match(await ask(undefined, "peers"), { exit: Exit.Failure, err: /this agent speaks no BGP itself/ });
});
