/** Whether two lists of node selectors can choose one node, judged without knowing any node. */
import type { Selector, SelectorRequirement } from "../model/selector.ts";
import { requirementsOf } from "./lists.ts";

/** "maybe": it depends on which labels meet on one node. */
export type Shared = "yes" | "maybe" | "no";

export function sharedNodes(a: readonly Selector[], b: readonly Selector[]): Shared {
  if (a.length === 0 || b.length === 0) return "yes";
  let shared: Shared = "no";
  for (const one of a) {
    for (const other of b) {
      const pair = sharedBy(one, other);
      if (pair === "yes") return "yes";
      if (pair === "maybe") shared = "maybe";
    }
  }
  return shared;
}

interface Analysis {
  /** In canonical text. */
  readonly requirements: ReadonlySet<string>;
  readonly byKey: ReadonlyMap<string, readonly SelectorRequirement[]>;
}

/** Each selector is compared with many others. */
const analyses = new WeakMap<Selector, Analysis>();

function analyse(selector: Selector): Analysis {
  const known = analyses.get(selector);
  if (known !== undefined) return known;
  const labels = Object.entries(selector.matchLabels).map(([key, value]): SelectorRequirement => ({
    key,
    operator: "In",
    values: [value],
  }));
  const byKey = Map.groupBy([...labels, ...selector.matchExpressions], ({ key }) => key);
  const analysis = { requirements: new Set(requirementsOf(selector)), byKey };
  analyses.set(selector, analysis);
  return analysis;
}

function sharedBy(a: Selector, b: Selector): Shared {
  const ofA = analyse(a);
  const ofB = analyse(b);
  for (const [key, requirements] of ofA.byKey) {
    const others = ofB.byKey.get(key) ?? [];
    if (requirements.some((one) => others.some((other) => excludes(one, other) || excludes(other, one)))) return "no";
  }
  const narrows = ofA.requirements.isSubsetOf(ofB.requirements) || ofB.requirements.isSubsetOf(ofA.requirements);
  return narrows ? "yes" : "maybe";
}

/** Whether no value of one label can meet both. */
function excludes(a: SelectorRequirement, b: SelectorRequirement): boolean {
  if (b.operator === "DoesNotExist") return a.operator === "In" || a.operator === "Exists";
  if (a.operator !== "In") return false;
  if (b.operator === "In") return !a.values.some((value) => b.values.includes(value));
  return b.operator === "NotIn" && a.values.every((value) => b.values.includes(value));
}
