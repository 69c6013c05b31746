/** Herald drives a routing daemon, and goes for good: the routers move traffic first, and are told why. */
import t from "tap";
import { frrPaths, until } from "../lab/index.ts";
import type { LabNode } from "../lab/index.ts";
import { Herald } from "../interop/herald.ts";
import { bfdProfile } from "../interop/manifests.ts";
import { isRoot, pair } from "../interop/pair.ts";
import { frrPeer, HTTP, inState } from "../bfd/states.ts";
import { DRIVEN } from "./daemons.ts";
import type { Driven } from "./daemons.ts";

const PEER = { name: "router", address: "10.0.0.1" };
const COUNT = 3;

async function paths(router: LabNode): Promise<readonly string[]> {
  return (await frrPaths(router, 4)).map(({ communities }) => communities.join(" "));
}

function tests(driven: Driven): void {
  const { name, topology } = driven;
  t.test(`${name}: routes become a last resort before they go, and the router is told why`, async (t) => {
    const { speaker, router } = await pair(t, topology);
    const more = [...driven.options(speaker), "--drain-time", "3"];
    const herald = new Herald(speaker, [PEER], COUNT, { onStop: "auto", more });
    await until("the routes", async () => (await paths(router)).length === COUNT || undefined, {
      seen: () => herald.task.output(),
    });
    const stopped = herald.task.stop("SIGINT");
    await until("GRACEFUL_SHUTDOWN on every route", async () => {
      const all = await paths(router);
      return (all.length === COUNT && all.every((one) => one.includes("graceful-shutdown"))) || undefined;
    });
    t.equal(await stopped, 0);
    await until("the router to drop the routes", async () => (await paths(router)).length === 0 || undefined);
    const said = (await router.vtyshJson("show bgp neighbors 10.0.0.11 json")) as Readonly<
      Record<string, { readonly lastShutdownDescription?: string }>
    >;
    t.equal(said["10.0.0.11"]?.lastShutdownDescription, "Herald on node speaker stops");
  });
}

if (isRoot(t)) {
  t.setTimeout(300_000);
  for (const driven of DRIVEN) tests(driven);

  t.test("frr: bfdd's session is Herald's report of it", async (t) => {
    const [frr] = DRIVEN;
    const { speaker, router } = await pair(t, "pair-frr-speaker.clab.yml");
    const profile = ["bfd", "profile fast", "receive-interval 50", "transmit-interval 50", "exit", "exit"];
    const watched = ["router bgp 64501", "neighbor 10.0.0.11 bfd", "neighbor 10.0.0.11 bfd profile fast"];
    await router.vtysh("configure terminal", ...profile, ...watched);
    const herald = new Herald(speaker, [{ ...PEER, spec: { bfdProfile: "fast" } }], 1, {
      http: HTTP,
      manifests: [bfdProfile("fast", { receiveInterval: 100, transmitInterval: 100, detectMultiplier: 3 })],
      more: frr?.options(speaker) ?? [],
    });
    const own = await inState(herald, "router", "Up");
    t.match(own, { transmitInterval: 100, detectionTime: 300, multihop: false, diagnostic: "none" });
    t.match(own.counters, { ups: 1, downs: 0 });
    t.ok((own.counters?.sent ?? 0) > 0 && (own.counters?.received ?? 0) > 0, "packets are counted");
    t.ok(Math.abs(Date.now() - Date.parse(own.since ?? "")) < 20_000, `since ${own.since}`);
    t.match(await herald.run("bfd", "counters", "--http", HTTP), /router +\d+ +\d+ +- +1 +0 +- +0 +0\n/);
    const { stdout } = await speaker.exec("curl", ["-s", `http://${HTTP}/metrics`]);
    t.match(stdout, /metallb_bfd_session_up\{peer="10\.0\.0\.1",vrf="default"\} 1\n/);
    t.match(stdout, /metallb_bfd_control_packet_input\{peer="10\.0\.0\.1",vrf="default"\} [1-9]/);
    t.match(await frrPeer(router, "10.0.0.11"), { status: "up", "remote-receive-interval": 100 });
    t.match(herald.task.output(), /bfd session changed +peer=router +state=Up/);
    await router.vtysh("configure terminal", "bfd", "profile fast", "shutdown");
    await inState(herald, "router", "Down");
    await until(
      "the log of it",
      () => /bfd session \w+ +peer=router +state=Down/.test(herald.task.output()) || undefined,
      {
        seen: () => herald.task.output(),
      },
    );
  });

  t.test("frr: an unnumbered peer's session in bfdd is found by its interface", async (t) => {
    const [frr] = DRIVEN;
    const { speaker, router } = await pair(t, "pair-frr-speaker.clab.yml");
    const profile = ["bfd", "profile fast", "receive-interval 100", "transmit-interval 100", "exit", "exit"];
    const lines = ["interface remote-as 64500", "timers connect 1", "bfd", "bfd profile fast"];
    const activate = ["address-family ipv4 unicast", "neighbor speaker activate"];
    const neighbor = ["router bgp 64501", ...lines.map((line) => `neighbor speaker ${line}`), ...activate];
    await router.vtysh("configure terminal", ...profile, ...neighbor);
    const spec = { peerAddress: undefined, interface: "router", bfdProfile: "fast" };
    const herald = new Herald(speaker, [{ ...PEER, spec }], 1, {
      http: HTTP,
      manifests: [bfdProfile("fast", { receiveInterval: 100, transmitInterval: 100, detectMultiplier: 3 })],
      more: frr?.options(speaker) ?? [],
    });
    t.match(await inState(herald, "router", "Up"), { address: /^fe80::/, counters: { ups: 1 } });
  });
}
