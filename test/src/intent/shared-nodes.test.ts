import { array, assert, constantFrom, dictionary, property, record } from "fast-check";
import t from "tap";
import { sharedNodes } from "../../../src/intent/shared-nodes.ts";
import type { Labels, Selector, SelectorRequirement } from "../../../src/model/selector.ts";
import { anySelects } from "../../../src/model/selector.ts";

function labels(matchLabels: Labels): Selector {
  return { matchLabels, matchExpressions: [] };
}

function expression(key: string, operator: SelectorRequirement["operator"], ...values: string[]): Selector {
  return { matchLabels: {}, matchExpressions: [{ key, operator, values }] };
}

t.test("selectors share nodes, may, or cannot", (t) => {
  const rack1 = labels({ rack: "1" });
  t.equal(sharedNodes([], [rack1]), "yes", "no selector is all nodes");
  t.equal(sharedNodes([rack1], []), "yes");
  t.equal(sharedNodes([rack1], [expression("rack", "In", "1")]), "yes", "the same in other words");
  t.equal(sharedNodes([rack1], [labels({ rack: "1", disk: "ssd" })]), "yes", "one narrows the other");
  t.equal(sharedNodes([rack1], [labels({ rack: "2" })]), "no");
  t.equal(sharedNodes([rack1], [labels({ zone: "2" })]), "maybe");
  t.equal(sharedNodes([labels({ rack: "2" }), rack1], [rack1]), "yes", "any pair will do");
  t.equal(sharedNodes([labels({ rack: "2" }), labels({ zone: "a" })], [rack1]), "maybe");
  t.equal(sharedNodes([expression("rack", "In", "1", "2")], [expression("rack", "In", "2", "3")]), "maybe");
  t.equal(sharedNodes([rack1], [expression("rack", "NotIn", "1", "2")]), "no");
  t.equal(sharedNodes([expression("rack", "NotIn", "2")], [rack1]), "maybe");
  t.equal(sharedNodes([expression("rack", "Exists")], [expression("rack", "DoesNotExist")]), "no");
  t.equal(sharedNodes([expression("rack", "DoesNotExist")], [rack1]), "no");
  t.end();
});

const KEYS = ["a", "b"];
const VALUES = ["1", "2", "3"];
const requirement = record({
  key: constantFrom(...KEYS),
  operator: constantFrom<SelectorRequirement["operator"]>("In", "NotIn", "Exists", "DoesNotExist"),
  values: array(constantFrom(...VALUES), { minLength: 1, maxLength: 2 }),
}).map(({ key, operator, values }): SelectorRequirement => {
  return { key, operator, values: operator === "In" || operator === "NotIn" ? values : [] };
});
const selector = record({
  matchLabels: dictionary(constantFrom(...KEYS), constantFrom(...VALUES), { maxKeys: 1 }),
  matchExpressions: array(requirement, { maxLength: 2 }),
});

/** Every node that labels of those keys and values can make. */
const NODES: readonly Labels[] = [undefined, ...VALUES].flatMap((a) =>
  [undefined, ...VALUES].map((b) => ({ ...(a === undefined ? {} : { a }), ...(b === undefined ? {} : { b }) })),
);

t.test("selectors that cannot share a node select no node together, and the answer is the same both ways", (t) => {
  assert(
    property(array(selector, { maxLength: 2 }), array(selector, { maxLength: 2 }), (one, other) => {
      const shared = sharedNodes(one, other);
      const meet = NODES.some((node) => anySelects(one, node) && anySelects(other, node));
      return shared === sharedNodes(other, one) && (shared !== "no" || !meet);
    }),
    { numRuns: 500 },
  );
  t.end();
});
