/** Herald drives a routing daemon on its own node, an FRR is the router that judges what arrives: the same for every daemon. */
import t from "tap";
import { frrPaths, until } from "../lab/index.ts";
import type { LabNode } from "../lab/index.ts";
import { Herald } from "../interop/herald.ts";
import { isRoot, pair } from "../interop/pair.ts";
import type { Driven } from "./daemons.ts";
import { held, learns } from "./held.ts";

const IPV4 = { name: "router", address: "10.0.0.1" };
const IPV6 = { name: "router-v6", address: "fd00::1" };
const DUAL = { ...IPV4, dualStack: true };

function said(herald: Herald, pattern: RegExp): Promise<true> {
  return until(`"${pattern.source}"`, () => pattern.test(herald.task.output()) || undefined, {
    seen: () => herald.task.output(),
  });
}

export function isDriven(driven: Driven): void {
  if (!isRoot(t)) return;
  t.setTimeout(600_000);
  const { name, topology } = driven;
  const on = (node: LabNode): { readonly more: readonly string[] } => ({ more: driven.options(node) });

  t.test(`${name}: sessions in IPv4 and IPv6, from an empty daemon and back to it`, async (t) => {
    const { speaker, router } = await pair(t, topology);
    const before = await driven.configuration(speaker);
    const herald = new Herald(speaker, [IPV4, IPV6], 9, on(speaker));
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
      timeoutMs: 90_000,
    });
    await learns(router, herald, 9);
    t.pass("every route is back after the router's reset");
    t.equal(await herald.task.stop(), 0);
    await until("no route", async () => (await held(router)).length === 0 || undefined);
    t.equal(await driven.configuration(speaker), before, "nothing of Herald's is left");
    t.notMatch(herald.task.output(), /refused/, "the daemon took everything");
  });

  t.test(`${name}: one session for both families, signed`, async (t) => {
    const { speaker, router } = await pair(t, topology);
    await router.vtysh("configure terminal", "router bgp 64501", "neighbor 10.0.0.11 password the-key");
    const herald = new Herald(speaker, [{ ...DUAL, password: "the-key" }], 3, on(speaker));
    await learns(router, herald, 3);
    t.notMatch(herald.task.output(), /the-key/, "the password is not in the log");
  });

  t.test(`${name}: what an operator has there survives, and is not told to Herald's peers`, async (t) => {
    const { speaker, router } = await pair(t, topology);
    await driven.instance(speaker, 64500);
    await driven.announce(speaker, "192.0.2.0/24");
    await driven.announce(speaker, "10.20.0.0/32");
    const before = await driven.configuration(speaker);
    const herald = new Herald(speaker, [DUAL], 3, on(speaker));
    await learns(router, herald, 3, ["10.20.0.0/32"]);
    await said(herald, driven.theirs);
    const foreign = (await frrPaths(router, 4)).filter(({ prefix }) =>
      ["192.0.2.0/24", "10.20.0.0/32"].includes(prefix),
    );
    t.same(foreign, []);
    t.equal(await herald.task.stop(), 0);
    t.equal(await driven.configuration(speaker), before);
  });

  t.test(`${name}: a daemon that is killed and starts anew gets everything again`, async (t) => {
    const { speaker, router } = await pair(t, topology);
    const herald = new Herald(speaker, [DUAL], 3, on(speaker));
    await learns(router, herald, 3);
    await using changes = await router.watchRoutes();
    await driven.restart(speaker);
    await until("the session after the restart", () => herald.sessions >= 2 || undefined, {
      seen: () => herald.task.output(),
      timeoutMs: 60_000,
    });
    const up = Date.now();
    await learns(router, herald, 3);
    t.comment(`complete ${Date.now() - up} ms after the session was seen`);
    t.equal(changes.find(/^Deleted 10\.20\./), undefined, "no route left the router's kernel (graceful restart)");

    await driven.meddle(speaker);
    await until("the neighbour to be back", () => herald.sessions >= 3 || undefined, {
      seen: () => herald.task.output(),
      timeoutMs: 60_000,
    });
    await learns(router, herald, 3);
    t.pass("a neighbour that somebody took away is back");
  });

  t.test(`${name}: a daemon that hangs is one sentence, and all is well after`, async (t) => {
    const { speaker, router } = await pair(t, topology);
    const herald = new Herald(speaker, [DUAL], 3, on(speaker));
    await learns(router, herald, 3);
    driven.task(speaker)?.signal("SIGSTOP");
    herald.configure([DUAL], 2);
    await until("the reason", () => /gave no answer .*for 10 s/.test(herald.task.output()) || undefined, {
      timeoutMs: 40_000,
      seen: () => herald.task.output(),
    });
    driven.task(speaker)?.signal("SIGCONT");
    await learns(router, herald, 2);
    t.equal(herald.task.output().match(/session trouble .*gave no answer/g)?.length, 1, "it is told once");
  });

  t.test(`${name}: a restart with --on-stop keep changes nothing, neither there nor at the router`, async (t) => {
    const { speaker, router } = await pair(t, topology);
    const herald = new Herald(speaker, [DUAL], 3, { ...on(speaker), onStop: "keep" });
    await learns(router, herald, 3);
    const before = await driven.configuration(speaker);
    await using changes = await router.watchRoutes();
    await herald.restart();
    await until("the session to be seen", () => herald.sessions > 0 || undefined, { seen: () => herald.task.output() });
    t.equal(await driven.configuration(speaker), before);
    t.equal(changes.find(/10\.20\./), undefined, "no route changed in the router's kernel");
  });

  t.test(`${name}: without the daemon Herald stays up and says what is missing`, async (t) => {
    const { speaker } = await pair(t, "pair.clab.yml");
    const herald = new Herald(speaker, [DUAL], 1, on(speaker));
    await said(herald, driven.missing);
    t.equal(await herald.task.stop(), 0);
  });

  const { otherAs } = driven;
  if (otherAs === undefined) return;
  t.test(`${name}: another AS in the daemon is one clear sentence, and nothing is touched`, async (t) => {
    const { speaker } = await pair(t, topology);
    await driven.instance(speaker, 65000);
    const before = await driven.configuration(speaker);
    const herald = new Herald(speaker, [DUAL], 1, on(speaker));
    await said(herald, otherAs);
    t.equal(await driven.configuration(speaker), before);
  });
}
