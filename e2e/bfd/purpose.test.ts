/** What is done to a session on purpose, here or on FRR, and what FRR makes of it: releases differ. */
import t from "tap";
import { until } from "../lab/index.ts";
import type { LabNode } from "../lab/index.ts";
import { Herald } from "../interop/herald.ts";
import { bfdProfile } from "../interop/manifests.ts";
import { seenWith } from "../interop/page.ts";
import { isRoot, pair } from "../interop/pair.ts";
import { frrVersion, heraldPeer, heraldPeers, HTTP, inState, settled, watch } from "./states.ts";

const PROFILE = bfdProfile("fast", { receiveInterval: 50, transmitInterval: 50, detectMultiplier: 3 });
const ROUTER = { name: "router", address: "10.0.0.1", spec: { bfdProfile: "fast" } };
const UNWATCHED = { name: "router", address: "10.0.0.1" };
const TAKEN_AWAY = { diagnostic: "neighbor signaled session down", remoteDiagnostic: "neighbor signaled session down" };

/** How often a session with Herald that was up has ended, as FRR counts. */
async function dropped(router: LabNode): Promise<number> {
  const all = (await router.vtyshJson("show bgp neighbors 10.0.0.11 json")) as Readonly<
    Record<string, { readonly connectionsDropped: number }>
  >;
  return all["10.0.0.11"]?.connectionsDropped ?? 0;
}

function unwatch(router: LabNode) {
  return router.vtysh("configure terminal", "router bgp 64501", "no neighbor 10.0.0.11 bfd");
}

if (isRoot(t)) {
  t.test("FRR makes its BFD session anew where it was up before BGP, which is no failure", async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    await router.exec("nft", ["add table inet late"]);
    await router.exec("nft", ["add chain inet late input { type filter hook input priority 0; }"]);
    await router.exec("nft", ["add rule inet late input tcp dport 179 drop"]);
    await watch(router);
    const herald = new Herald(speaker, [ROUTER], 1, { http: HTTP, manifests: [PROFILE] });
    await inState(herald, "router", "Up");
    await router.exec("nft", ["delete table inet late"]);
    await settled(herald, router);
    const { counters } = await heraldPeer(herald, "router");
    t.match(counters, { ups: 2, downs: 1, failures: 0 });
    t.notMatch(herald.task.output(), /bfd session failed|error="sent /);
    const ended = await dropped(router);
    t.equal(herald.sessions, ended + 1);
    // FRR 10.3 tells by the second that BGP was not up before its BFD session went down.
    if ((await frrVersion(router)).startsWith("8.")) t.equal(ended, 1, "FRR 8.4 itself ends BGP for it");
    else t.ok(ended <= 1, `FRR ended BGP ${ended} times`);
  });

  t.test("BFD that is taken away on FRR ends nothing, nor then the profile that is taken away here", async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    await watch(router);
    const herald = new Herald(speaker, [ROUTER], 1, { http: HTTP, manifests: [PROFILE] });
    await settled(herald, router);
    const before = { sessions: herald.sessions, dropped: await dropped(router) };
    await unwatch(router);
    t.match(await inState(herald, "router", "Down"), { ...TAKEN_AWAY, counters: { failures: 0 } });
    herald.configure([UNWATCHED], 1);
    await until("the profile to be gone", async () => (await heraldPeers(herald)).length === 0 || undefined);
    t.same({ sessions: herald.sessions, dropped: await dropped(router) }, before);
    await seenWith(t, "FRR", "BFD that is taken away ends no BGP session (RFC 5882)");
  });

  t.test(
    "a profile that is taken away here first: FRR ends BGP once, and 10.3 has none while it watches",
    async (t) => {
      const { speaker, router } = await pair(t, "pair.clab.yml");
      await watch(router);
      const herald = new Herald(speaker, [ROUTER], 1, { http: HTTP, manifests: [PROFILE] });
      await settled(herald, router);
      const { sessions } = herald;
      herald.configure([UNWATCHED], 1);
      const seen = { seen: () => herald.task.output() };
      await until(
        "FRR to end it",
        () => /the peer sent Cease .*BFD Down/.test(herald.task.output()) || undefined,
        seen,
      );
      if ((await frrVersion(router)) === "10.3") {
        const troubles = () => herald.task.output().match(/session trouble/g)?.length ?? 0;
        const before = troubles();
        await until("an attempt to be refused", () => troubles() > before || undefined, seen);
        t.equal(herald.sessions, sessions);
        await unwatch(router);
      }
      await until("the session to be back", () => herald.sessions === sessions + 1 || undefined, seen);
    },
  );
}
