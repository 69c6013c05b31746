/** Peers of one route that are told different extended communities of it, whoever speaks. */
import t from "tap";
import { frrPaths, until } from "../lab/index.ts";
import { Herald } from "../interop/herald.ts";
import { advertisement, network, peer, services } from "../interop/manifests.ts";
import { isRoot, pair } from "../interop/pair.ts";
import { DRIVEN } from "./daemons.ts";

const PEERS = [
  { name: "four", address: "10.0.0.1", dualStack: true },
  { name: "six", address: "fd00::1" },
];

if (isRoot(t)) {
  for (const driven of DRIVEN) {
    t.test(`${driven.name}: each peer gets its own route targets`, async (t) => {
      const { speaker, router } = await pair(t, driven.topology);
      const herald = new Herald(speaker, [], 0, { more: driven.options(speaker) });
      herald.write([
        ...network(),
        ...PEERS.map(peer),
        advertisement("four", { peers: ["four"], extendedCommunities: ["rt:64500:1", "soo:70000:7"] }),
        advertisement("six", { peers: ["six"], extendedCommunities: ["rt:192.0.2.1:5"] }),
        ...services(1),
      ]);
      const seen = await until(
        "a path of each peer",
        async () => {
          const paths = await frrPaths(router, 6);
          return paths.length === 2 ? paths : undefined;
        },
        { timeoutMs: 40_000, seen: () => herald.task.output() },
      );
      t.same(
        new Map(seen.map((one) => [one.peer, one.extendedCommunities])),
        new Map([
          ["10.0.0.11", "RT:64500:1 SoO:70000:7"],
          ["fd00::11", "RT:192.0.2.1:5"],
        ]),
      );
    });
  }
}
