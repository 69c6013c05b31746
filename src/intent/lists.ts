/** Lists in which an entry counts once. */
import type { Selector } from "../model/selector.ts";
import type { Named, Report } from "./report.ts";
import { compareText, quote } from "./report.ts";

/** The list without repetitions; each repetition is a warning at `field[index]`. */
export function distinct<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  object: Named,
  field: string,
  report: Report,
): T[] {
  const first = new Map<string, number>();
  return items.filter((item, index) => {
    const key = keyOf(item);
    const before = first.get(key);
    if (before === undefined) {
      first.set(key, index);
      return true;
    }
    report.warning(object, `${field}[${index}]`, `repeats ${field}[${before}]`, "remove it");
    return false;
  });
}

export function distinctNames(items: readonly string[], object: Named, field: string, report: Report): string[] {
  return distinct(items, (name) => name, object, field, report);
}

export function distinctSelectors(
  items: readonly Selector[],
  object: Named,
  field: string,
  report: Report,
): Selector[] {
  return distinct(items, (selector) => requirementsOf(selector).join(","), object, field, report);
}

/** The requirements of a selector in canonical text, sorted: equal selectors have equal lists. */
export function requirementsOf(selector: Selector): string[] {
  const labels = Object.entries(selector.matchLabels).map(([key, value]) => `${quote(key)} In ${quote(value)}`);
  const expressions = selector.matchExpressions.map(
    ({ key, operator, values }) => `${quote(key)} ${operator} ${[...values].sort(compareText).map(quote).join(" ")}`,
  );
  return [...new Set([...labels, ...expressions])].sort(compareText);
}
