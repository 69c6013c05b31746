/** Herald drives an FRR on its own node; another FRR is the router that judges what arrives. */
import t from "tap";
import { frrPaths, restartDaemon, until } from "../lab/index.ts";
import type { LabNode } from "../lab/index.ts";
import { Herald } from "../interop/herald.ts";
import { isRoot, pair } from "../interop/pair.ts";

const TOPOLOGY = "pair-frr-speaker.clab.yml";
const IPV4 = { name: "router", address: "10.0.0.1" };
const IPV6 = { name: "router-v6", address: "fd00::1" };
const DUAL = { ...IPV4, dualStack: true };

function onFrr(node: LabNode): { readonly more: readonly string[] } {
  return { more: ["--backend", "frr", "--frr-vty", node.folder] };
}

/** The prefixes that the router holds with what the manifests say, sorted. */
async function held(router: LabNode): Promise<string[]> {
  const paths = [...(await frrPaths(router, 4)), ...(await frrPaths(router, 6))];
  return paths
    .filter(({ nextHop, asPath, communities, largeCommunities }) => {
      const attributes = [asPath, ...communities, ...largeCommunities].join(" ");
      return ["10.0.0.11", "fd00::11"].includes(nextHop) && attributes === "64500 64500:100 no-export 64500:1:100";
    })
    .map(({ prefix }) => prefix)
    .sort();
}

function prefixes(count: number): string[] {
  return Array.from({ length: count }, (_, n) => [`10.20.0.${n}/32`, `fd00:20::${n === 0 ? "" : n}/128`])
    .flat()
    .sort();
}

/** Waits until the router holds the routes of that many Services, and no other. */
async function learns(router: LabNode, herald: Herald, count: number): Promise<void> {
  let last: string[] = [];
  await until(
    `${count} routes of each family`,
    async () => {
      last = await held(router);
      return last.join() === prefixes(count).join() || undefined;
    },
    { seen: () => `${last.join(" ")}\n${herald.task.output()}` },
  );
}

/** The speaker's whole configuration. */
function configuration(node: LabNode): Promise<string> {
  return node.vtysh("show running-config");
}

if (isRoot(t)) {
  t.test("sessions in IPv4 and IPv6, from an empty FRR and back to it", async (t) => {
    const { speaker, router } = await pair(t, TOPOLOGY);
    const before = await configuration(speaker);
    const herald = new Herald(speaker, [IPV4, IPV6], 9, onFrr(speaker));
    await learns(router, herald, 9);
    t.pass("every route arrives with its attributes");

    herald.configure([IPV4, IPV6], 1);
    await learns(router, herald, 1);
    t.pass("the routes of Services that went are withdrawn");

    herald.configure([IPV4, IPV6], 9);
    await learns(router, herald, 9);
    await router.vtysh("clear bgp *");
    await until("the sessions to come up again", () => herald.sessions >= 4 || undefined, {
      seen: () => herald.task.output(),
    });
    await learns(router, herald, 9);
    t.pass("every route is back after the router's reset");

    t.equal(await herald.task.stop(), 0);
    await until("no route", async () => (await held(router)).length === 0 || undefined);
    t.equal(await configuration(speaker), before, "nothing of Herald's is left in FRR");
    t.notMatch(herald.task.output(), /refused/, "FRR took every line");
  });

  t.test("one session for both families, signed", async (t) => {
    const { speaker, router } = await pair(t, TOPOLOGY);
    await router.vtysh("configure terminal", "router bgp 64501", "neighbor 10.0.0.11 password the-key");
    const herald = new Herald(speaker, [{ ...DUAL, password: "the-key" }], 3, onFrr(speaker));
    await learns(router, herald, 3);
    t.notMatch(herald.task.output(), /the-key/, "the password is not in the log");
  });

  t.test("an operator's lines survive everything", async (t) => {
    const { speaker, router } = await pair(t, TOPOLOGY);
    const own = ["neighbor 10.0.0.77 remote-as 64777", "address-family ipv4 unicast", "network 192.0.2.0/24"];
    const global = ["no bgp network import-check", "no bgp ebgp-requires-policy"];
    await speaker.vtysh("configure terminal", "router bgp 64500", ...global, ...own);
    const before = await configuration(speaker);
    const herald = new Herald(speaker, [DUAL], 3, onFrr(speaker));
    await learns(router, herald, 3);
    const paths = await frrPaths(router, 4);
    t.notOk(
      paths.some(({ prefix }) => prefix === "192.0.2.0/24"),
      "the operator's network is not told to Herald's peer",
    );
    t.equal(await herald.task.stop(), 0);
    t.equal(await configuration(speaker), before);
  });

  t.test("Herald's lines are repaired after a restart of bgpd", async (t) => {
    const { speaker, router } = await pair(t, TOPOLOGY);
    const herald = new Herald(speaker, [DUAL], 3, onFrr(speaker));
    await learns(router, herald, 3);
    // What watchfrr does: it kills and starts anew, without a configuration.
    const process = await restartDaemon(speaker, "bgpd");
    // The router keeps the routes meanwhile, as graceful restart has it.
    await until("the session after the restart", () => herald.sessions >= 2 || undefined, {
      seen: () => herald.task.output(),
    });
    await learns(router, herald, 3);
    t.ok(process.running);
    t.match(herald.task.output(), /bgpd\.vty/, "the loss was told");

    await speaker.vtysh("configure terminal", "router bgp 64500", "no neighbor 10.0.0.1");
    await until("the routes to go", async () => (await held(router)).length === 0 || undefined);
    await learns(router, herald, 3);
    t.pass("a neighbour that somebody took away is back");
  });

  t.test("a restart with --on-stop keep changes nothing in FRR nor at the router", async (t) => {
    const { speaker, router } = await pair(t, TOPOLOGY);
    const herald = new Herald(speaker, [DUAL], 3, { ...onFrr(speaker), onStop: "keep" });
    await learns(router, herald, 3);
    const before = await configuration(speaker);
    await using changes = await router.watchRoutes();
    await herald.restart();
    await until("the session to be seen", () => herald.sessions > 0 || undefined, { seen: () => herald.task.output() });
    t.equal(await configuration(speaker), before);
    t.equal(changes.find(/10\.20\./), undefined, "no route changed in the router's kernel");
  });

  t.test("another AS in the daemon is one clear sentence, and nothing is touched", async (t) => {
    const { speaker } = await pair(t, TOPOLOGY);
    await speaker.vtysh("configure terminal", "router bgp 65000");
    const before = await configuration(speaker);
    const herald = new Herald(speaker, [DUAL], 1, onFrr(speaker));
    await until("the reason", () => /bgpd runs as AS 65000/.test(herald.task.output()) || undefined, {
      seen: () => herald.task.output(),
    });
    t.equal(await configuration(speaker), before);
  });

  t.test("without the daemon Herald stays up and says what is missing", async (t) => {
    const { speaker } = await pair(t, "pair.clab.yml");
    const herald = new Herald(speaker, [DUAL], 1, onFrr(speaker));
    await until("the reason", () => /bgpd\.vty is not there/.test(herald.task.output()) || undefined, {
      seen: () => herald.task.output(),
    });
    t.equal(await herald.task.stop(), 0);
  });
}
