/** What speaks BGP on the nodes of the demo: Herald itself, or a daemon that it drives. */
import { gobgpSocket, requireInstalled, startFrr, startGobgp } from "../lab/index.ts";
import type { LabNode, Requirement } from "../lab/index.ts";

export interface Speaks {
  /** For people. */
  readonly what: string;
  readonly needs: readonly Requirement[];
  /** Whether it watches the routers with BFD. */
  readonly bfd: boolean;
  start(node: LabNode): Promise<void>;
  /** Of `herald speaker`. */
  options(node: LabNode): readonly string[];
}

const SPEAKS: Readonly<Record<string, Speaks>> = {
  native: { what: "Herald speaks BGP itself", needs: [], bfd: true, start: () => Promise.resolve(), options: () => [] },
  frr: {
    what: "Herald drives an FRR on each node",
    needs: [{ program: "/usr/lib/frr/bgpd", debian: "frr" }],
    bfd: true,
    start: (node) => startFrr(node, ["bgpd", "bfdd"]),
    options: ({ folder }) => ["--backend", "frr", "--frr-vty", folder],
  },
  gobgp: {
    what: "Herald drives a GoBGP on each node",
    needs: [{ program: "gobgpd", debian: "gobgpd" }],
    bfd: false,
    start: startGobgp,
    options: (node) => ["--backend", "gobgp", "--gobgp-api", gobgpSocket(node)],
  },
};

/** By the name of the backend. Starts the daemons; `tell` is told what takes time. */
export async function speaks(
  name: string,
  nodes: readonly LabNode[],
  tell: (sentence: string) => void,
): Promise<Speaks> {
  const one = SPEAKS[name];
  if (one === undefined)
    throw new Error(`there is no backend ${name}; write BACKEND=${Object.keys(SPEAKS).join(", ")}`);
  await requireInstalled(one.needs, tell);
  await Promise.all(nodes.map((node) => one.start(node)));
  return one;
}
