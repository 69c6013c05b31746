/** Herald's BFD with FRR's bfdd and bgpd: what both sides show. */
import { readFileSync } from "node:fs";
import t from "tap";
import { until } from "../lab/index.ts";
import { Herald } from "../interop/herald.ts";
import { bfdProfile } from "../interop/manifests.ts";
import { seenWith } from "../interop/page.ts";
import { isRoot, pair } from "../interop/pair.ts";
import { frrPeers, frrSays, heraldPeer, HTTP, inState, settled, watch } from "./states.ts";

const PROFILE = { receiveInterval: 50, transmitInterval: 50, detectMultiplier: 3 };
const V4 = { name: "router", address: "10.0.0.1", spec: { bfdProfile: "fast" } };
const V6 = { name: "router6", address: "fd00::1", spec: { bfdProfile: "fast" } };

if (isRoot(t)) {
  t.test("sessions over IPv4 and IPv6 come up with the intervals of the profile, on both sides", async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    await watch(router);
    const herald = new Herald(speaker, [V4, V6], 1, { http: HTTP, manifests: [bfdProfile("fast", PROFILE)] });
    await settled(herald, router, ["router", "router6"]);
    for (const [name, address] of [
      ["router", "10.0.0.11"],
      ["router6", "fd00::11"],
    ] as const) {
      const own = await inState(herald, name, "Up");
      t.match(own, { transmitInterval: 50, detectionTime: 150, multihop: false });
      const theirs = await frrSays(router, address, "up");
      t.match(theirs, { multihop: false, "remote-receive-interval": 50, "remote-transmit-interval": 50 });
    }
    t.match(await herald.run("bfd", "counters", "--http", HTTP), /priority: .*\n.*timers: \d+ fired/);

    const { counters: before } = await heraldPeer(herald, "router");
    const sessions = herald.sessions;
    herald.manifests = [
      bfdProfile("fast", { ...PROFILE, receiveInterval: 200, transmitInterval: 100, detectMultiplier: 5 }),
    ];
    herald.configure([V4, V6], 1);
    const changed = await until("both sides to keep to the changed profile", async () => {
      const peer = await heraldPeer(herald, "router");
      return peer.transmitInterval === 100 && peer.detectionTime === 600 ? peer : undefined;
    });
    t.match(changed.counters, { ups: before?.ups, downs: before?.downs }, "no flap by it");
    t.match(await frrSays(router, "10.0.0.11", "up"), {
      "remote-detect-multiplier": 5,
      "remote-receive-interval": 200,
      "remote-transmit-interval": 100,
    });
    t.equal(herald.sessions, sessions, "nor of BGP");
    await seenWith(t, "FRR", "BFD over IPv4 and IPv6 (RFC 5880, 5881)");
  });

  t.test(
    "a dead bfdd ends the session with Cease/10, and it comes back with BFD; one that goes on purpose ends nothing",
    async (t) => {
      const { speaker, router } = await pair(t, "pair.clab.yml");
      await watch(router);
      const herald = new Herald(speaker, [V4], 1, { http: HTTP, manifests: [bfdProfile("fast", PROFILE)] });
      await settled(herald, router);
      const sessions = herald.sessions;
      const bfdd = router.tasks.find(({ log }) => log.endsWith("-bfdd.log"));
      await using packets = await router.tcpdump("tcp port 179");
      bfdd?.signal("SIGSTOP");
      await until(
        "Herald to notice",
        () => /bfd session failed .*control detection time expired/.test(herald.task.output()) || undefined,
        {
          seen: () => herald.task.output(),
        },
      );
      await until(
        "the NOTIFICATION",
        () => packets.find(/Cease \(6\), subcode (?:Hard Reset|BFD Down|#?10|#?9|Unknown)/i, 0),
        {
          seen: () => JSON.stringify(packets.seen()),
        },
      );
      bfdd?.signal("SIGCONT");
      await inState(herald, "router", "Up");
      await until("the session to come back", () => herald.sessions === sessions + 1 || undefined, {
        seen: () => herald.task.output(),
      });
      const downs = () => herald.task.output().match(/ session down /g)?.length;
      const before = downs();

      await router.vtysh(
        "configure terminal",
        "bfd",
        "peer 10.0.0.11 interface speaker",
        "exit",
        "profile fast",
        "shutdown",
      );
      const down = await inState(herald, "router", "Down");
      t.match(down, { diagnostic: "neighbor signaled session down", remoteState: "AdminDown" });
      t.equal((await heraldPeer(herald, "router")).counters?.failures, 1, "only the one before");
      await new Promise((resolve) => setTimeout(resolve, 500));
      t.equal(downs(), before, "BGP stays up");
    },
  );

  for (const passive of ["FRR", "Herald"]) {
    t.test(`${passive} may be the passive side`, async (t) => {
      const { speaker, router } = await pair(t, "pair.clab.yml");
      await watch(router, ...(passive === "FRR" ? ["passive-mode"] : []));
      const profile = { ...PROFILE, passiveMode: passive === "Herald" };
      const herald = new Herald(speaker, [V4], 1, { http: HTTP, manifests: [bfdProfile("fast", profile)] });
      await inState(herald, "router", "Up");
      await frrSays(router, "10.0.0.11", "up");
    });
  }

  t.test("multihop: port 4784, the least TTL of the profile, between addresses behind the link", async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    await speaker.exec("ip", ["address", "add", "10.255.0.11/32", "dev", "lo"]);
    await speaker.exec("ip", ["route", "add", "10.255.0.1/32", "via", "10.0.0.1"]);
    await router.exec("ip", ["address", "add", "10.255.0.1/32", "dev", "lo"]);
    await router.exec("ip", ["route", "add", "10.255.0.11/32", "via", "10.0.0.11"]);
    const far = "neighbor 10.255.0.11";
    const lines = ["remote-as 64500", "ebgp-multihop 3", "update-source 10.255.0.1", "passive", "bfd"];
    const activate = ["address-family ipv4 unicast", `${far} activate`];
    await router.vtysh("configure terminal", "router bgp 64501", ...lines.map((line) => `${far} ${line}`), ...activate);
    const spec = { bfdProfile: "far", ebgpMultiHop: true, sourceAddress: "10.255.0.11" };
    const herald = new Herald(speaker, [{ name: "far", address: "10.255.0.1", spec }], 1, {
      http: HTTP,
      manifests: [bfdProfile("far", { ...PROFILE, minimumTtl: 250 })],
    });
    t.match(await inState(herald, "far", "Up"), { multihop: true });
    t.match(await frrSays(router, "10.255.0.11", "up"), { multihop: true });
    await using packets = await router.tcpdump("udp port 4784");
    const seen = await until("a packet of Herald's", () =>
      packets.find(/ttl 255,[^]*10\.255\.0\.11\.\d+ > 10\.255\.0\.1\.4784/),
    );
    const port = Number(/10\.255\.0\.11\.(\d+) >/.exec(seen.text)?.[1]);
    t.ok(port >= 49_152 && port <= 65_535, `source port ${port}`);
    t.match(seen.text, /tos 0xc0/, "DSCP CS6");
    await seenWith(t, "FRR", "BFD over several hops (RFC 5883)");
  });

  t.test(
    "unnumbered peers over two links to one router: each link is watched, by its link-local addresses",
    async (t) => {
      const { speaker, router } = await pair(t, "pair.clab.yml");
      const second = ["link", "add", "second", "type", "veth", "peer", "name", "second", "netns", speaker.namespace];
      await router.exec("ip", second);
      for (const node of [router, speaker]) await node.exec("ip", ["link", "set", "second", "up"]);
      const profile = ["bfd", "profile fast", "receive-interval 50", "transmit-interval 50", "exit", "exit"];
      const neighbors = ["speaker", "second"].flatMap((link) => [
        `neighbor ${link} interface remote-as 64500`,
        `neighbor ${link} timers connect 1`,
        `neighbor ${link} bfd`,
        `neighbor ${link} bfd profile fast`,
      ]);
      const activate = ["speaker", "second"].map((link) => `neighbor ${link} activate`);
      const families = ["address-family ipv4 unicast", ...activate];
      await router.vtysh("configure terminal", ...profile, "router bgp 64501", ...neighbors, ...families);
      const links = ["router", "second"].map((link) => ({
        name: `by-${link}`,
        address: "",
        spec: { peerAddress: undefined, interface: link, bfdProfile: "fast", enableGracefulRestart: false },
      }));
      const herald = new Herald(speaker, links, 1, { http: HTTP, manifests: [bfdProfile("fast", PROFILE)] });
      const seen = { seen: () => herald.task.output() };
      await until("both BGP sessions", () => herald.sessions === 2 || undefined, seen);
      for (const { name } of links) {
        t.match(await inState(herald, name, "Up"), { address: /^fe80::/, multihop: false, detectionTime: 150 });
      }
      const theirs = await until("FRR to say so", async () => {
        const peers = await frrPeers(router);
        return peers.length === 2 && peers.every(({ status }) => status === "up") ? peers : undefined;
      });
      t.same(new Set(theirs.map((peer) => peer.interface)), new Set(["second", "speaker"]));
      const condition = () => readFileSync(herald.stateFile("configurationstates/speaker-speaker.yaml"), "utf8");
      t.match(condition(), /by-second\/BFDUp\s+status: "True"/);
      await router.exec("ip", ["link", "set", "second", "down"]);
      await until(
        "the failure",
        () => /bfd session failed +peer=by-second/.test(herald.task.output()) || undefined,
        seen,
      );
      await until("its condition", () => /by-second\/BFDUp\s+status: "False"/.test(condition()) || undefined, {
        seen: condition,
      });
      t.match(await heraldPeer(herald, "by-router"), { state: "Up", counters: { downs: 0 } });
      await router.exec("ip", ["link", "set", "second", "up"]);
      await inState(herald, "by-second", "Up");
      // FRR waits for an advertisement of ours: every ten seconds.
      await until("its BGP session to come back", () => herald.sessions === 3 || undefined, {
        ...seen,
        timeoutMs: 30_000,
      });
      await seenWith(t, "FRR", "BFD of unnumbered sessions (RFC 5881)");
    },
  );

  for (const onStop of ["keep", "withdraw"] as const) {
    t.test(
      `an end with --on-stop ${onStop} closes BGP first and then says AdminDown, which FRR takes for a failure`,
      async (t) => {
        const { speaker, router } = await pair(t, "pair.clab.yml");
        await watch(router);
        const manifests = [bfdProfile("fast", PROFILE)];
        const herald = new Herald(speaker, [V4], 1, { http: HTTP, manifests, onStop });
        await settled(herald, router);
        await using packets = await router.tcpdump("src host 10.0.0.11 and (tcp port 179 or udp port 3784)");
        t.equal(await herald.task.stop(), 0);
        const adminDown = await until("AdminDown", () => packets.find(/State AdminDown/));
        const end = await until("the end of BGP", () => packets.find(/Flags \[(?:F|R)/));
        t.ok(end.at < adminDown.at, `BGP ended ${(adminDown.at - end.at).toFixed(1)} ms earlier`);
        t.match(adminDown.text, /Administratively Down/);
      },
    );
  }

  t.test("a restart with --on-stop keep: no route leaves FRR's kernel, with BFD too", async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    await watch(router);
    const manifests = [bfdProfile("fast", PROFILE)];
    const herald = new Herald(speaker, [V4], 3, { http: HTTP, manifests, onStop: "keep" });
    await settled(herald, router);
    const held = async () => (await router.routes()).filter(({ dst }) => dst.startsWith("10.20.")).length;
    await until("the routes in the kernel", async () => ((await held()) === 3 ? true : undefined));
    await using changes = await router.watchRoutes();
    await herald.restart();
    await inState(herald, "router", "Up");
    await until("the session after the restart", () => herald.sessions > 0 || undefined);
    t.equal(changes.find(/^Deleted 10\.20\./), undefined, "no route left the kernel meanwhile");
    t.equal(await held(), 3);
  });
}
