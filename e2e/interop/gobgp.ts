/** GoBGP as the router of a pair. */
import { gobgpJson, startGobgp, until } from "../lab/index.ts";
import type { LabNode, Task } from "../lab/index.ts";
import type { Path, Router } from "./router.ts";

/** A path attribute by its type code, as GoBGP prints it. */
interface Attribute {
  readonly type: number;
  readonly value?: unknown;
  readonly nexthop?: string;
  readonly as_paths?: readonly { readonly asns: readonly number[] }[];
  readonly communities?: readonly number[];
  readonly metric?: number;
}

interface Extended {
  readonly subtype: number;
  readonly value?: string;
  readonly bandwidth?: number;
}

type Table = Readonly<Record<string, readonly { readonly attrs: readonly Attribute[] }[]>>;

const ORIGINS = ["IGP", "EGP", "INCOMPLETE"];
const NO_EXPORT = 0xffffff01;

function extendedText({ subtype, value = "", bandwidth }: Extended): string {
  return bandwidth === undefined ? `${subtype === 2 ? "rt" : "soo"}:${value}` : `bandwidth:${bandwidth}`;
}

function toPath(prefix: string, attributes: readonly Attribute[]): Path {
  const find = (type: number): Attribute | undefined => attributes.find((attribute) => attribute.type === type);
  const large = (find(32)?.value ?? []) as readonly Readonly<Record<"ASN" | "LocalData1" | "LocalData2", number>>[];
  const standard = find(8)?.communities ?? [];
  const extended = (find(16)?.value ?? []) as readonly Extended[];
  const med = find(4)?.metric;
  return {
    prefix,
    nextHop: find(3)?.nexthop ?? find(14)?.nexthop ?? "",
    asPath: (find(2)?.as_paths ?? []).flatMap(({ asns }) => asns).join(" "),
    origin: ORIGINS[Number(find(1)?.value)] ?? "",
    communities: standard.map((one) => (one === NO_EXPORT ? "no-export" : `${one >>> 16}:${one & 0xffff}`)),
    largeCommunities: large.map(({ ASN, LocalData1, LocalData2 }) => `${ASN}:${LocalData1}:${LocalData2}`),
    ...(extended.length > 0 && { extendedCommunities: extended.map(extendedText) }),
    ...(med !== undefined && { med }),
  };
}

function daemonOf(node: LabNode): Task | undefined {
  return node.tasks.find(({ log, running }) => log.endsWith("gobgpd.log") && running);
}

export const gobgp: Router = {
  name: "GoBGP",
  topology: "pair-gobgp.clab.yml",
  paths: async (node) => {
    const tables = await Promise.all(["ipv4", "ipv6"].map((family) => gobgpJson(node, `global rib -a ${family}`)));
    return tables.flatMap((table) =>
      Object.entries(table as Table).flatMap(([prefix, paths]) => paths.map(({ attrs }) => toPath(prefix, attrs))),
    );
  },
  requirePassword: async (node, password) => {
    const neighbor = "neighbor-address: 10.0.0.11";
    node.edit("gobgpd.yml", (text) => text.replace(neighbor, `${neighbor}\n      auth-password: ${password}`));
    daemonOf(node)?.signal("SIGHUP");
    await until("the new configuration", async () => {
      const neighbors = (await gobgpJson(node, "neighbor")) as readonly { conf: { auth_password?: string } }[];
      return neighbors.some(({ conf }) => conf.auth_password === password) || undefined;
    });
  },
  announce: async (node, prefixes) => {
    for (const prefix of prefixes) await node.exec("gobgp", ["global", "rib", "add", prefix, "-a", "ipv4"]);
  },
  told: (node) => {
    const lines = (daemonOf(node)?.output() ?? "").split("\n").filter((line) => /received notification/i.test(line));
    return Promise.resolve(lines.at(-1) ?? "");
  },
  // It refuses connections for half a minute after a "neighbor reset", but not after a restart.
  reset: async (node) => {
    await daemonOf(node)?.stop("SIGKILL");
    await startGobgp(node);
  },
};
