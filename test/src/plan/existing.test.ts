/** A neighbour that a daemon has already, with a backend that writes no policy towards it. */
import t from "tap";
import { createPlanner } from "../../../src/plan/index.ts";
import type { BgpAdvertisement } from "../../../src/model/config.ts";
import type { ServicePlan } from "../../../src/model/announcement.ts";
import { advertisement, config, endpoint, ip, node, peer, service, slice } from "../../support/plan-values.ts";

const NO_EXPORT = 0xffff_ff01;
const NO_ADVERTISE = 0xffff_ff02;
const SUBCONFED = 0xffff_ff03;

function plan(fields: Parameters<typeof advertisement>[1]): ServicePlan {
  const peers = [peer("own"), peer("theirs", { existing: true })];
  const advertisements: BgpAdvertisement[] = [advertisement("all", fields)];
  const options = { supports: (feature: string): boolean => feature !== "existing-neighbor-policy" };
  const local = service("web", ["198.51.100.1"], { externalTrafficPolicy: "Local" });
  return createPlanner(config({ peers, advertisements }), node("n1"), options).plan(local, [
    slice("web", endpoint("n1")),
  ]);
}

const CASES: readonly [fields: Parameters<typeof advertisement>[1], what: string][] = [
  [{ extended: [0x0002_fbf4_0000_0001n] }, "extended communities"],
  [{ asPathPrepend: 1, nextHops: { 4: ip("192.0.2.9") } }, "asPathPrepend and another next hop"],
  ...[NO_EXPORT, NO_ADVERTISE, SUBCONFED].map((one): [object, string] => [
    { communities: [one] },
    "no-export, no-advertise or no-export-subconfed",
  ]),
];

for (const [fields, what] of CASES) {
  t.test(
    `what needs policy towards it keeps the route from it alone: ${JSON.stringify(Object.keys(fields ?? {}))}`,
    (t) => {
      const { announcements, reasons } = plan(fields);
      t.same(
        announcements.map((one) => one.peer),
        ["own"],
      );
      t.same(
        reasons.map(({ code, peer: of, text }) => [code, of, text]),
        [
          [
            "unsupportedByBackend",
            "theirs",
            `198.51.100.1/32 is not announced to theirs: ${what} are more than the backend can do for a neighbour that the daemon has already (existing)`,
          ],
        ],
      );
      t.end();
    },
  );
}

t.test("what stands with the prefix goes to it too", (t) => {
  const { announcements, reasons } = plan({ communities: [7], large: [[1, 2, 3]], med: 5, origin: "egp" });
  t.same(
    announcements.map((one) => one.peer),
    ["own", "theirs"],
  );
  t.same(reasons, []);
  t.end();
});

t.test("a weight it does not get, and that is said", (t) => {
  const { announcements, reasons } = plan({ weightByEndpoints: "transitive" });
  t.same(
    announcements.map((one) => one.attributes.linkBandwidth?.bytesPerSecond),
    [125_000, undefined],
  );
  t.same(
    reasons.map(({ code, peer: of, text }) => [code, of, text]),
    [
      [
        "notWeighted",
        "theirs",
        "198.51.100.1/32 carries no weight to theirs: it is a neighbour that the daemon has already (existing)",
      ],
    ],
  );
  t.end();
});
