/** What a session can be asked for beyond the plain one, as FRR and the packets themselves tell it. */
import t from "tap";
import { frrPaths, requireInstalled, until } from "../lab/index.ts";
import { HERALD, Herald } from "./herald.ts";
import { advertisement, network, peer, services } from "./manifests.ts";
import type { PeerOptions } from "./manifests.ts";
import { seenWith } from "./page.ts";
import { isRoot, pair } from "./pair.ts";
import { HTTP, IPV4, IPV6, configure, detail, established } from "./single.ts";
import { md5Failures } from "./suite.ts";

if (isRoot(t)) {
  t.test("GTSM: FRR that demands it, and we that demand it; CS6 and TTL 255 on every packet", async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    await configure(router, "neighbor 10.0.0.11 ttl-security hops 1");
    await using packets = await router.tcpdump("tcp port 179 and src 10.0.0.11", "speaker");
    const herald = new Herald(speaker, [{ ...IPV4, spec: { ttlSecurity: true } }], 1, HTTP);
    await established(herald);
    const seen = packets.seen().map(({ text }) => text);
    t.ok(seen.length > 3 && seen.every((text) => /tos 0xc0.*ttl 255/.test(text)), seen.join("\n"));

    await configure(router, "no neighbor 10.0.0.11 ttl-security hops 1");
    const before = herald.sessions;
    await router.vtysh("clear bgp *");
    await until("packets of TTL 1 to be dropped, and no session", async () => {
      const { state } = await detail(herald);
      return state !== "Established" || undefined;
    });
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    t.equal(herald.sessions, before, "a neighbour that sends TTL 1 gets no session");

    herald.configure([IPV4], 1);
    await established(herald);
    t.pass("without ttlSecurity it does");
    await seenWith(t, "FRR", "GTSM (RFC 5082)", "DSCP CS6 (RFC 4271 appendix E)");
  });

  t.test("a passive session, signed: FRR connects, and the key on the listener counts", async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    await configure(
      router,
      "no neighbor 10.0.0.11 passive",
      "neighbor 10.0.0.11 timers connect 1",
      "neighbor 10.0.0.11 password the-key",
    );
    const spec = { passive: true };
    const herald = new Herald(speaker, [{ ...IPV4, password: "another", spec }], 1, {
      ...HTTP,
      more: ["--bgp-listen", ":179"],
    });
    await until("the listener", () => /serving http/.test(herald.task.output()) || undefined);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    t.equal(herald.sessions, 0, "with another key there is no session");

    herald.configure([{ ...IPV4, password: "the-key", spec }], 1);
    t.match((await established(herald)).connection, /^10\.0\.0\.1:\d+ → 10\.0\.0\.11:179$/, "opened by FRR");
    t.notMatch(herald.task.output(), /the-key|another/);
    await seenWith(t, "FRR", "Passive sessions, TCP MD5 on the listener (RFC 4271 §8.1.1, 2385)");
  });

  t.test("a key that differs is suspected where nothing is heard, and mended without a restart", async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    await configure(router, "neighbor 10.0.0.11 password the-key");
    const herald = new Herald(speaker, [{ ...IPV4, password: "another" }], 1, HTTP);
    const said = await until("a reason", async () => (await detail(herald)).lastError?.text);
    t.equal(said, "no answer within the connect retry time; is the TCP MD5 password the same at the peer?");
    herald.configure([{ ...IPV4, password: "the-key" }], 1);
    await established(herald);
    t.pass("the session is up");
    await seenWith(t, "FRR", "A key that differs is suspected, and mended without a restart (RFC 2385)");
  });

  t.test("a key is rolled at both ends within the hold time: the session stays", async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    const near = { ...IPV4, spec: { peerPort: 1179, holdTime: "9s" } };
    const swapped = { myASN: 64501, peerASN: 64500, passive: true, holdTime: "9s" };
    const far = { name: "speaker", address: "10.0.0.11", spec: swapped };
    const other = new Herald(router, [{ ...far, password: "one" }], 0, {
      addresses: { ipv4: "10.0.0.1" },
      more: ["--bgp-listen", ":1179"],
    });
    const herald = new Herald(speaker, [{ ...near, password: "one" }], 1, HTTP);
    const seen = { seen: () => `${herald.task.output()}\n${other.task.output()}` };
    await established(herald);
    const refused = await md5Failures(router);
    herald.configure([{ ...near, password: "two" }], 1);
    await until(
      "the router's kernel to refuse the new key",
      async () => (await md5Failures(router)) > refused || undefined,
      seen,
    );
    // TCP sends again what was refused, after 0.2, 0.6, 1.4 and 3 s: some of that has to come within half the hold time.
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    t.match(await detail(herald), { state: "Established" }, "meanwhile nothing is heard");
    other.configure([{ ...far, password: "two" }], 0);
    await until("the other end to have it too", () => /key replaced/.test(other.task.output()) || undefined, seen);
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    t.match(await detail(herald), { state: "Established", ups: 1, flaps: 0 }, "more than a hold time later");
    t.notMatch(herald.task.output(), /session down|"two"/);
  });

  t.test("a key is rolled, FRR last, which begins anew with it: so do we, after half the hold time", async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    await configure(router, "neighbor 10.0.0.11 password one");
    const spec = { holdTime: "20s" };
    const herald = new Herald(speaker, [{ ...IPV4, spec, password: "one" }], 1, HTTP);
    await established(herald);
    herald.configure([{ ...IPV4, spec, password: "two" }], 1);
    const rolled = performance.now();
    await until("the new key", () => /key replaced/.test(herald.task.output()) || undefined);
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    await configure(router, "neighbor 10.0.0.11 password two");
    await until("another session", () => herald.sessions > 1 || undefined, {
      timeoutMs: 60_000,
      seen: () => herald.task.output(),
    });
    const seconds = (performance.now() - rolled) / 1000;
    t.ok(seconds < 20, `the session is up ${seconds.toFixed(1)} s after our change, FRR's came 5 s after it`);
    t.equal((await frrPaths(router, 4)).length, 1, "FRR has kept the route, or has it again");
    await seenWith(t, "FRR", "A key that is replaced, the peer last (RFC 2385)");
  });

  t.test("IPv4 routes with an IPv6 next hop (RFC 8950), extended messages, both refreshes", async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    await configure(
      router,
      "neighbor fd00::11 capability extended-nexthop",
      "address-family ipv4 unicast",
      "neighbor fd00::11 activate",
    );
    const herald = new Herald(speaker, [{ ...IPV6, dualStack: true }], 2, { ...HTTP, addresses: { ipv6: "fd00::11" } });
    const { capabilitiesReceived } = await established(herald);
    const kinds = new Set(capabilitiesReceived.map(({ kind }) => kind));
    for (const kind of ["extended-next-hop", "extended-message", "route-refresh", "enhanced-route-refresh"]) {
      t.ok(kinds.has(kind), kind);
    }
    const paths = await until("the routes", async () => {
      const all = await frrPaths(router, 4);
      return all.length === 2 ? all : undefined;
    });
    t.same(
      paths.map(({ nextHop }) => nextHop),
      ["fd00::11", "fd00::11"],
    );
    const neighbor = ((await router.vtyshJson("show bgp neighbors fd00::11 json")) as Record<string, object>)[
      "fd00::11"
    ];
    t.match(neighbor, {
      neighborCapabilities: {
        extendedMessage: "advertisedAndReceived",
        extendedNexthop: "advertisedAndReceived",
        enhancedRouteRefresh: "advertisedAndReceived",
      },
    });
    await seenWith(
      t,
      "FRR",
      "IPv4 routes with an IPv6 next hop (RFC 8950)",
      "Extended messages (RFC 8654)",
      "Enhanced route refresh (RFC 7313)",
    );
  });

  t.test("a local AS stands alone in the path; any external peer AS is taken; a hold time of 0 is kept", async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    await configure(router, "neighbor 10.0.0.11 remote-as 64777");
    const spec = { localASN: 64777, peerASN: undefined, dynamicASN: "external", holdTime: "0s" };
    const herald = new Herald(speaker, [{ ...IPV4, spec }], 1, HTTP);
    t.match(await established(herald), { localAs: 64777, remoteAs: 64501, holdTime: 0 });
    const [path] = await until("the route", async () => {
      const all = await frrPaths(router, 4);
      return all.length === 1 ? all : undefined;
    });
    t.equal(path?.asPath, "64777");
    t.same((await detail(herald)).timers, {}, "no timer runs");
    await seenWith(
      t,
      "FRR",
      "A local AS, alone in the path (RFC 7705)",
      "Any external AS as the peer's",
      "Hold time 0 (RFC 4271 §4.2)",
    );
  });

  t.test("a least hold time, and a source interface", async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    await configure(router, "neighbor 10.0.0.11 timers 3 9");
    const spec = { minimumHoldTime: "10s", sourceInterface: "router" };
    const herald = new Herald(speaker, [{ ...IPV4, spec }], 1, HTTP);
    const said = await until("the refusal", async () => (await detail(herald)).lastError?.text);
    t.match(said, /Unacceptable Hold Time: hold time 9, must be at least 10 seconds/);
    herald.configure([{ ...IPV4, spec: { ...spec, minimumHoldTime: "9s" } }], 1);
    await established(herald);
    t.match(
      await speaker.exec("ss", ["-tn"]),
      { stdout: /10\.0\.0\.11%router:/ },
      "the socket is bound to the interface",
    );
    await seenWith(t, "FRR", "A least hold time", "A source interface");
  });

  t.test(
    "unnumbered with FRR: found by router advertisements, IPv4 and IPv6 over the link-local addresses",
    async (t) => {
      const { speaker, router } = await pair(t, "pair.clab.yml");
      await configure(
        router,
        "neighbor speaker interface remote-as 64500",
        "address-family ipv4 unicast",
        "neighbor speaker activate",
        "exit-address-family",
        "address-family ipv6 unicast",
        "neighbor speaker activate",
      );
      const spec = { peerAddress: undefined, interface: "router" };
      const herald = new Herald(speaker, [{ ...IPV4, spec }], 2, HTTP);
      const { connection } = await established(herald);
      t.match(connection, /^\[fe80::.*%router\]:\d+ → /);
      const [four, six] = await until("the routes", async () => {
        const both = await Promise.all([frrPaths(router, 4), frrPaths(router, 6)]);
        return both.every((paths) => paths.length === 2) ? both : undefined;
      });
      for (const { nextHop } of [...four, ...six]) t.match(nextHop, /^fe80::/);
      const kernel = await until("the routes in the kernel", async () => {
        const routes = (await router.routes(4)).filter(({ dst }) => dst.startsWith("10.20."));
        return routes.length === 2 ? routes : undefined;
      });
      t.match(kernel, [{ dev: "speaker" }, { dev: "speaker" }]);
      await seenWith(t, "FRR", "Unnumbered sessions (RFC 4861, 8950)");
    },
  );

  t.test("unnumbered with GoBGP: found by its answer to a ping, for it advertises nothing", async (t) => {
    const { speaker, router } = await pair(t, "pair-gobgp.clab.yml");
    const spec = { peerAddress: undefined, interface: "router" };
    const herald = new Herald(speaker, [{ ...IPV4, spec }], 1, HTTP);
    await until("GoBGP to find us", async () => {
      await router.exec("gobgp", ["neighbor", "add", "interface", "speaker", "as", "64500"]);
      return true;
    });
    t.match((await established(herald)).connection, /^\[fe80::.*%router\]:\d+ → /);
    await seenWith(t, "GoBGP", "Unnumbered sessions (RFC 4861, 8950)");
  });

  t.test("an internal peer: LOCAL_PREF is carried; a prepended path is refused with its reason", async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    await configure(router, "neighbor 10.0.0.11 remote-as 64501");
    const internal: PeerOptions = { ...IPV4, spec: { myASN: 64501 } };
    const write = (spec: object): void =>
      herald.write([...network(), peer(internal), advertisement("rich", spec), ...services(1)]);
    const herald = new Herald(speaker, [internal], 0, HTTP);
    const preferred = async (localPref: number): Promise<true | undefined> => {
      const { routes } = (await router.vtyshJson("show bgp ipv4 unicast json")) as {
        readonly routes: Readonly<Record<string, readonly object[]>>;
      };
      const [path] = routes["10.20.0.0/32"] ?? [];
      const wanted = { path: "", locPrf: localPref, pathFrom: "internal" };
      return Object.entries(wanted).every(([name, value]) => Reflect.get(path ?? {}, name) === value) || undefined;
    };
    const seen = { seen: () => herald.task.output() };
    write({ localPref: 250 });
    await until("LOCAL_PREF 250 and an empty path", () => preferred(250), seen);
    write({ localPref: 260, asPathPrepend: 2 });
    const said = /spec\.asPathPrepend: has no effect towards internal peers/;
    await until("the reason", () => said.test(herald.task.output()) || undefined, seen);
    await until("LOCAL_PREF 260, for the rest counts", () => preferred(260), seen);
    t.pass("and the path is empty");
    await seenWith(t, "FRR", "Internal peers, with LOCAL_PREF (RFC 4271 §5.1.5)");
  });

  t.test("bgpdump reads the last messages as an MRT file", async (t) => {
    await requireInstalled([{ program: "bgpdump", debian: "bgpdump" }], (sentence) => t.comment(sentence));
    const { speaker, router } = await pair(t, "pair.clab.yml");
    const herald = new Herald(speaker, [IPV4], 1, HTTP);
    await established(herald);
    await until("the route", async () => ((await frrPaths(router, 4)).length === 1 ? true : undefined));
    const file = `${speaker.folder}/log.mrt`;
    await speaker.exec("sh", ["-c", `exec "$0" bgp log router -o mrt > "$1"`, HERALD, file]);
    const { stdout } = await speaker.exec("bgpdump", ["-m", file]);
    t.match(stdout, /\|A\|10\.0\.0\.1\|64501\|10\.20\.0\.0\/32\|64500\|IGP\|10\.0\.0\.11\|/);
  });
}
