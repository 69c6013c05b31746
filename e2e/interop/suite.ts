/** What Herald and a router must do together: the same for every router. */
import t from "tap";
import { until } from "../lab/index.ts";
import type { LabNode } from "../lab/index.ts";
import { Herald } from "./herald.ts";
import { seenWith } from "./page.ts";
import { isRoot, pair } from "./pair.ts";
import type { Path, Router } from "./router.ts";

const COUNT = 20;
const IPV4 = { name: "router", address: "10.0.0.1" };
const IPV6 = { name: "router-v6", address: "fd00::1" };

/** What the manifests say each route carries. */
function expected(prefixes: readonly string[]): Path[] {
  return prefixes.map((prefix) => ({
    prefix,
    nextHop: prefix.includes(":") ? "fd00::11" : "10.0.0.11",
    asPath: "64500",
    origin: "IGP",
    communities: ["64500:100", "no-export"],
    largeCommunities: ["64500:1:100"],
  }));
}

const FOUR = Array.from({ length: COUNT }, (_, index) => `10.20.0.${index}/32`);
const SIX = Array.from({ length: COUNT }, (_, index) => `fd00:20::${index === 0 ? "" : index.toString(16)}/128`);

export function interoperates(router: Router): void {
  if (!isRoot(t)) return;

  t.test(`${router.name}: sessions in IPv4 and IPv6`, async (t) => {
    const { speaker, router: node } = await pair(t, router.topology);
    const herald = new Herald(speaker, [IPV4, IPV6], COUNT);
    const all = [...FOUR, ...SIX];
    t.same(await learns(router, node, herald, all), expected(all), "every route arrives with its attributes");

    herald.configure([IPV4, IPV6], 1);
    await learns(router, node, herald, [FOUR[0] ?? "", SIX[0] ?? ""]);
    t.pass("the routes of Services that went are withdrawn");

    herald.configure([IPV4, IPV6], COUNT);
    await learns(router, node, herald, all);
    const before = herald.sessions;
    await router.reset(node);
    await until("the sessions to come up again", () => herald.sessions >= before + 2 || undefined, {
      seen: () => herald.task.output(),
    });
    t.same(await learns(router, node, herald, all), expected(all), "every route is back after the router's reset");

    const ended = herald.task.stop();
    await learns(router, node, herald, []);
    t.equal(await ended, 0, "SIGTERM withdraws every route and ends Herald in order");
    await seenWith(
      t,
      router.name,
      "IPv4 and IPv6 routes, each over its own transport (RFC 4271, 4760)",
      "Communities and large communities (RFC 1997, 8092)",
      "Withdrawals, and all routes anew after the peer's reset",
    );
  });

  t.test(`${router.name}: one session for both families, signed`, async (t) => {
    const { speaker, router: node } = await pair(t, router.topology);
    const all = [...FOUR, ...SIX];
    await router.requirePassword(node, "the-key");
    const herald = new Herald(speaker, [{ ...IPV4, dualStack: true, password: "not-the-key" }], COUNT);
    await until("the router's kernel to drop segments with a wrong signature", async () => {
      const failures = await md5Failures(node);
      return failures > 0 ? failures : undefined;
    });
    t.same(await router.paths(node), [], "with the wrong TCP MD5 password there is no session");
    t.notMatch(herald.task.output(), /not-the-key/, "and the password is not in the log");

    herald.configure([{ ...IPV4, dualStack: true, password: "the-key" }], COUNT);
    t.same(await learns(router, node, herald, all), expected(all), "with the right one every route arrives");
    await seenWith(t, router.name, "Both families on one session (RFC 4760, 2545)", "TCP MD5 (RFC 2385)");
  });
}

/** Waits until the router holds these prefixes and no other; answers its paths in the order of `prefixes`. */
export async function learns(
  router: Router,
  node: LabNode,
  herald: Herald,
  prefixes: readonly string[],
): Promise<Path[]> {
  const wanted = [...prefixes].sort().join(" ");
  let last = "";
  return until(
    `${router.name} to hold ${prefixes.length} routes`,
    async () => {
      const paths = await router.paths(node);
      last = paths
        .map(({ prefix }) => prefix)
        .sort()
        .join(" ");
      if (last !== wanted) return undefined;
      return paths.sort((a, b) => prefixes.indexOf(a.prefix) - prefixes.indexOf(b.prefix));
    },
    { seen: () => `${last || "no route"}\n${herald.task.output()}` },
  );
}

/** Segments that the node's kernel dropped for their TCP MD5 signature, a wrong one or none. */
export async function md5Failures(node: LabNode): Promise<number> {
  const { stdout } = await node.exec("cat", ["/proc/net/netstat"]);
  const [names = [], values = []] = stdout
    .split("\n")
    .filter((line) => line.startsWith("TcpExt:"))
    .map((line) => line.split(" "));
  const count = (name: string): number => Number(values[names.indexOf(name)] ?? 0);
  return count("TCPMD5Failure") + count("TCPMD5Unexpected") + count("TCPMD5NotFound");
}
