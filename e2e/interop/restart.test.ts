/** Graceful restart as the peers themselves tell it (RFC 4724, RFC 8538), and what they are told at the end. */
import { readFileSync, writeFileSync } from "node:fs";
import t from "tap";
import { birdc, frrPaths, gobgpJson, until } from "../lab/index.ts";
import type { LabNode } from "../lab/index.ts";
import { Herald } from "./herald.ts";
import { keptOverRestart } from "./kept.ts";
import { seenWith } from "./page.ts";
import { isRoot, pair } from "./pair.ts";

const PEER = { name: "router", address: "10.0.0.1" };
const COUNT = 3;

interface Bits {
  readonly rBit: boolean;
  readonly nBit: boolean;
  readonly ipv4Unicast?: { readonly fBit: boolean };
}

interface FrrNeighbor {
  readonly bgpState: string;
  readonly gracefulRestartInfo: Bits & { readonly endOfRibRecv: { readonly ipv4Unicast?: boolean } };
  readonly lastErrorCodeSubcode?: string;
  readonly lastNotificationHardReset?: boolean;
  readonly lastShutdownDescription?: string;
}

async function neighbor(router: LabNode): Promise<FrrNeighbor | undefined> {
  const answer = await router.vtyshJson("show bgp neighbors 10.0.0.11 json");
  return (answer as Readonly<Record<string, FrrNeighbor>>)["10.0.0.11"];
}

/** What FRR read of the OPEN of a session that is up and has all routes. */
async function bits(router: LabNode): Promise<Bits> {
  return until("the session and its End-of-RIB", async () => {
    const seen = await neighbor(router);
    const info = seen?.gracefulRestartInfo;
    if (seen?.bgpState !== "Established" || info?.endOfRibRecv.ipv4Unicast !== true) return undefined;
    const { rBit, nBit, ipv4Unicast } = info;
    return { rBit, nBit, ...(ipv4Unicast !== undefined && { ipv4Unicast: { fBit: ipv4Unicast.fBit } }) };
  });
}

if (isRoot(t)) {
  t.test("a restart leaves FRR's kernel routes alone (graceful restart)", async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    const herald = new Herald(speaker, [PEER], COUNT, { onStop: "keep" });
    await keptOverRestart(t, herald, router, COUNT);
    t.equal((await frrPaths(router, 4)).length, COUNT);
    await seenWith(t, "FRR", "Routes are kept over a restart (RFC 4724)");
  });

  t.test(
    "FRR reads R, F and N as they are: first start, restart, restart of the machine, start after a withdrawal",
    async (t) => {
      const { speaker, router } = await pair(t, "pair.clab.yml");
      const herald = new Herald(speaker, [PEER], COUNT, { onStop: "auto" });
      t.same(await bits(router), { rBit: false, nBit: true, ipv4Unicast: { fBit: false } }, "first start");

      await herald.restart();
      t.same(await bits(router), { rBit: true, nBit: true, ipv4Unicast: { fBit: true } }, "restart");

      for (const lost of ["bootId", "network"]) {
        await herald.task.stop();
        const marker = herald.stateFile("restart/speaker.json");
        const before = readFileSync(marker, "utf8");
        writeFileSync(marker, before.replace(new RegExp(`"${lost}":"[^"]+"`), `"${lost}":"another"`));
        await herald.restart();
        t.same(await bits(router), { rBit: true, nBit: true, ipv4Unicast: { fBit: false } }, `another ${lost}`);
      }

      await herald.restart("SIGINT");
      t.same(await bits(router), { rBit: false, nBit: true, ipv4Unicast: { fBit: false } }, "nothing was left");
      await seenWith(t, "FRR", "The bits R, F and N (RFC 4724, 8538)");
    },
  );

  t.test("FRR is told why a speaker goes for good, inside a Hard Reset, and drops the routes at once", async (t) => {
    const { speaker, router } = await pair(t, "pair.clab.yml");
    const herald = new Herald(speaker, [PEER], COUNT, { onStop: "auto", more: ["--drain-time", "2"] });
    await bits(router);
    const stopped = herald.task.stop("SIGINT");
    await until("GRACEFUL_SHUTDOWN on every route", async () => {
      const paths = await frrPaths(router, 4);
      return (
        (paths.length === COUNT && paths.every((path) => path.communities.includes("graceful-shutdown"))) || undefined
      );
    });
    await stopped;
    await until("FRR to drop the routes", async () => ((await frrPaths(router, 4)).length === 0 ? true : undefined));
    t.match(await neighbor(router), {
      lastErrorCodeSubcode: "0602",
      lastNotificationHardReset: true,
      lastShutdownDescription: "Herald on node speaker stops",
    });
    await seenWith(t, "FRR", "GRACEFUL_SHUTDOWN, then a Hard Reset with a reason (RFC 8326, 8538, 9003)");
  });

  t.test("BIRD keeps the routes over a restart, and shows why the speaker went for good", async (t) => {
    const { speaker, router } = await pair(t, "pair-bird.clab.yml");
    const herald = new Herald(speaker, [PEER], COUNT, { onStop: "auto" });
    const held = async (): Promise<number> =>
      (await birdc(router, "show route table master4")).match(/^10\.20\./gm)?.length ?? 0;
    await until("the routes", async () => ((await held()) === COUNT ? true : undefined));
    await herald.task.stop();
    await until(
      "BIRD to notice",
      async () =>
        /Neighbor graceful restart active/.test(await birdc(router, "show protocols all speaker4")) || undefined,
    );
    t.equal(await held(), COUNT, "kept while the speaker is away");
    await herald.restart();
    await until("the session", () => herald.sessions > 0 || undefined);
    await until(
      "the restart to be over",
      async () =>
        !/Neighbor graceful restart active/.test(await birdc(router, "show protocols all speaker4")) || undefined,
    );
    t.equal(await held(), COUNT);

    await herald.task.stop("SIGINT");
    const last = await until(
      "BIRD's last error",
      async () => /Last error: +(.*)/.exec(await birdc(router, "show protocols all speaker4"))?.[1],
    );
    t.equal(last, "Received: Administrative shutdown");
    t.equal(await held(), 0);
    await seenWith(t, "BIRD", "Routes are kept over a restart (RFC 4724)", "Cease/Administrative Shutdown (RFC 4486)");
  });

  t.test("GoBGP keeps the routes over a restart, and drops them when the speaker goes for good", async (t) => {
    const { speaker, router } = await pair(t, "pair-gobgp.clab.yml");
    const herald = new Herald(speaker, [PEER], COUNT, { onStop: "auto" });
    const held = async (): Promise<readonly { readonly stale?: boolean }[]> =>
      Object.values(
        (await gobgpJson(router, "global rib -a ipv4")) as Record<string, readonly { stale?: boolean }[]>,
      ).flat();
    await until("the routes", async () => ((await held()).length === COUNT ? true : undefined));
    await herald.task.stop();
    await until("GoBGP to mark them", async () =>
      (await held()).every(({ stale }) => stale === true) ? true : undefined,
    );
    t.equal((await held()).length, COUNT, "kept while the speaker is away");
    await herald.restart();
    await until("the routes to be announced anew", async () => {
      const now = await held();
      return (now.length === COUNT && now.every(({ stale }) => stale !== true)) || undefined;
    });
    await herald.task.stop("SIGINT");
    await until("GoBGP to drop the routes", async () => ((await held()).length === 0 ? true : undefined));
    t.pass("gone");
    await seenWith(t, "GoBGP", "Routes are kept over a restart (RFC 4724)");
  });
}
