import t from "tap";
import { communityTexts, uniteCommunities } from "../../../src/model/communities.ts";

t.test("communities read as users write them", (t) => {
  t.same(communityTexts({ standard: [0xfbf40064, 0xffffff01], large: [[64500, 1, 100]] }), [
    "64500:100",
    "no-export",
    "large:64500:1:100",
  ]);
  t.end();
});

t.test("a union holds each once, in one order", (t) => {
  const a = { standard: [3, 1], large: [[2, 0, 0] as const] };
  const b = { standard: [1, 2], large: [[1, 0, 5] as const, [2, 0, 0] as const] };
  const united = {
    standard: [1, 2, 3],
    large: [
      [1, 0, 5],
      [2, 0, 0],
    ],
  };
  t.same(uniteCommunities([a, b]), united);
  t.same(uniteCommunities([b, a]), united);
  t.end();
});
