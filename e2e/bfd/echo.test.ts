/** Echo packets between Herald and FRR: each end's kernel returns those of the other. */
import t from "tap";
import { until } from "../lab/index.ts";
import type { LabNode } from "../lab/index.ts";
import { Herald } from "../interop/herald.ts";
import { bfdProfile } from "../interop/manifests.ts";
import { seenWith } from "../interop/page.ts";
import { isRoot, pair } from "../interop/pair.ts";
import { frrPeer, heraldPeer, HTTP, inState, settled } from "./states.ts";

const PROFILE = { receiveInterval: 100, transmitInterval: 100, echoInterval: 50, echoMode: true };
const ROUTER = { name: "router", address: "10.0.0.1", spec: { bfdProfile: "echo" } };

interface FrrCounters {
  readonly "echo-packet-input": number;
  readonly "echo-packet-output": number;
}

async function frrEchoes(router: LabNode): Promise<FrrCounters> {
  const [counters] = (await router.vtyshJson("show bfd peers counters json")) as readonly FrrCounters[];
  return counters ?? { "echo-packet-input": 0, "echo-packet-output": 0 };
}

async function watch(router: LabNode, ...lines: readonly string[]): Promise<void> {
  const intervals = ["receive-interval 100", "transmit-interval 100", "echo receive-interval 50", ...lines];
  const profile = ["bfd", "profile echo", ...intervals, "exit", "exit"];
  const neighbor = ["neighbor 10.0.0.11 bfd", "neighbor 10.0.0.11 bfd profile echo"];
  await router.vtysh("configure terminal", ...profile, "router bgp 64501", ...neighbor);
}

function forward(node: LabNode, on: boolean) {
  return node.exec("sysctl", ["-qw", `net.ipv4.ip_forward=${on ? 1 : 0}`]);
}

if (isRoot(t)) {
  t.test("both ends send echoes, and each end's kernel returns the other's, with the filters of a node", async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    const strict = ["net.ipv4.conf.all.rp_filter=1", "net.ipv4.conf.router.accept_local=0", "net.ipv4.ip_forward=1"];
    await speaker.exec("sysctl", ["-qw", ...strict]);
    await watch(router, "echo transmit-interval 50", "echo-mode");
    const herald = new Herald(speaker, [ROUTER], 1, { http: HTTP, manifests: [bfdProfile("echo", PROFILE)] });
    const seen = { seen: () => herald.task.output() };
    await until(
      "echoes to come back to Herald",
      async () => ((await heraldPeer(herald, "router")).counters?.echoReceived ?? 0) >= 40 || undefined,
      seen,
    );
    const own = await heraldPeer(herald, "router");
    t.match(own, { state: "Up", echoInterval: 50, counters: { failures: 0 } });
    const { echoSent = 0, echoReceived = 0 } = own.counters ?? {};
    t.ok(echoSent - echoReceived <= 2, `${echoReceived} of ${echoSent} came back`);
    const theirs = await until("echoes to come back to FRR", async () => {
      const counters = await frrEchoes(router);
      return counters["echo-packet-input"] >= 40 ? counters : undefined;
    });
    t.ok(theirs["echo-packet-output"] - theirs["echo-packet-input"] <= 2, JSON.stringify(theirs));
    t.match(await frrPeer(router, "10.0.0.11"), { status: "up", "remote-echo-receive-interval": 50 });
    await seenWith(t, "FRR", "BFD echo packets of both ends (RFC 5880, 5881)");
  });

  t.test("a router that forwards no more is noticed while its control packets go on", async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    await watch(router);
    const herald = new Herald(speaker, [ROUTER], 1, { http: HTTP, manifests: [bfdProfile("echo", PROFILE)] });
    const seen = { seen: () => herald.task.output() };
    await settled(herald, router);
    const { sessions } = herald;
    await using packets = await router.tcpdump("src host 10.0.0.11 and udp port 3784");
    await forward(router, false);
    await until(
      "the failure",
      () => /bfd session failed .*echo function failed/.test(herald.task.output()) || undefined,
      seen,
    );
    await until("BGP to end by it", () => /session down/.test(herald.task.output()) || undefined, seen);
    await until("FRR to be told", () => packets.find(/Echo Function Failed/i), {
      seen: () => JSON.stringify(packets.seen()),
    });
    await forward(router, true);
    await until("the session to come back", () => herald.sessions === sessions + 1 || undefined, seen);
    t.equal((await inState(herald, "router", "Up")).counters?.dropped["echo"], undefined);
  });

  t.test("a node that forwards nothing says that it returns no echoes, and is sent none", async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    await forward(speaker, false);
    await watch(router, "echo transmit-interval 50", "echo-mode");
    const herald = new Herald(speaker, [ROUTER], 1, { http: HTTP, manifests: [bfdProfile("echo", PROFILE)] });
    await until(
      "its own to come back",
      async () => ((await heraldPeer(herald, "router")).counters?.echoReceived ?? 0) >= 20 || undefined,
      { seen: () => herald.task.output() },
    );
    t.match(await frrPeer(router, "10.0.0.11"), { status: "up", "remote-echo-receive-interval": 0 });
    t.match(await frrEchoes(router), { "echo-packet-output": 0 });
  });
}
