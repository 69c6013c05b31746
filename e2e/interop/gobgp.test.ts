import { gobgpJson, startGobgp, until } from "../lab/index.ts";
import type { LabNode, Task } from "../lab/index.ts";
import type { Path } from "./router.ts";
import { interoperates } from "./suite.ts";

/** A path attribute by its type code, as GoBGP prints it. */
interface Attribute {
  readonly type: number;
  readonly value?: unknown;
  readonly nexthop?: string;
  readonly as_paths?: readonly { readonly asns: readonly number[] }[];
  readonly communities?: readonly number[];
}

type Table = Readonly<Record<string, readonly { readonly attrs: readonly Attribute[] }[]>>;

const ORIGINS = ["IGP", "EGP", "INCOMPLETE"];
const NO_EXPORT = 0xffffff01;

function toPath(prefix: string, attributes: readonly Attribute[]): Path {
  const find = (type: number): Attribute | undefined => attributes.find((attribute) => attribute.type === type);
  const large = (find(32)?.value ?? []) as readonly Readonly<Record<"ASN" | "LocalData1" | "LocalData2", number>>[];
  const standard = find(8)?.communities ?? [];
  return {
    prefix,
    nextHop: find(3)?.nexthop ?? find(14)?.nexthop ?? "",
    asPath: (find(2)?.as_paths ?? []).flatMap(({ asns }) => asns).join(" "),
    origin: ORIGINS[Number(find(1)?.value)] ?? "",
    communities: standard.map((one) => (one === NO_EXPORT ? "no-export" : `${one >>> 16}:${one & 0xffff}`)),
    largeCommunities: large.map(({ ASN, LocalData1, LocalData2 }) => `${ASN}:${LocalData1}:${LocalData2}`),
  };
}

function daemonOf(node: LabNode): Task | undefined {
  return node.tasks.find(({ log, running }) => log.endsWith("gobgpd.log") && running);
}

interoperates({
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
  // It refuses connections for half a minute after a "neighbor reset", but not after a restart.
  reset: async (node) => {
    await daemonOf(node)?.stop("SIGKILL");
    await startGobgp(node);
  },
});
