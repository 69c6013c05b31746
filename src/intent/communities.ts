/** Names and values of BGP communities. */
import type { CommunityReference, CommunityValue } from "../api/community.ts";
import type { CommunityObject } from "../api/parse.ts";
import { uniteCommunities, wellKnownCommunities } from "../model/communities.ts";
import type { Communities } from "../model/config.ts";
import { nearest } from "../model/nearest.ts";
import { formatRef } from "../model/object.ts";
import { precedenceOf, uniqueByName } from "./precedence.ts";
import type { Named, Report } from "./report.ts";
import { didYouMean, quote } from "./report.ts";

export type Aliases = ReadonlyMap<string, CommunityValue>;

/** All names that may stand for a community. A name in a Community object wins over a well-known one. */
export function compileAliases(objects: readonly CommunityObject[], report: Report): Aliases {
  const written = new Map<
    string,
    { readonly object: CommunityObject; readonly index: number; readonly text: string }
  >();
  const aliases = new Map<string, CommunityValue>(
    [...wellKnownCommunities].map(([name, value]) => [name, { kind: "standard", value }]),
  );
  for (const object of uniqueByName(objects, report)) {
    for (const { name, index, text, value } of object.spec.communities) {
      const first = written.get(name);
      if (first === undefined) {
        written.set(name, { object, index, text });
        aliases.set(name, value);
        continue;
      }
      const field = `spec.communities[${index}].name`;
      const place = `spec.communities[${first.index}]`;
      const owner = first.object === object ? place : `${place} of ${formatRef(first.object.ref)}`;
      if (first.text === text) {
        report.warning(object, field, `${quote(name)} is already defined by ${owner}`, "remove one of the two");
        continue;
      }
      const keeps = first.object === object ? "which comes first" : precedenceOf(first.object);
      const what = `${quote(name)} is already ${first.text} by ${owner}, ${keeps} and keeps it`;
      report.error(object, field, what, "choose another name");
    }
  }
  return aliases;
}

/** The communities of one object, sorted, each once; undefined where a name is unknown. */
export function resolveCommunities(
  references: readonly CommunityReference[],
  aliases: Aliases,
  object: Named,
  report: Report,
): Communities | undefined {
  const standard = new Set<number>();
  const large = new Map<string, readonly [number, number, number]>();
  let known = true;
  references.forEach((reference, index) => {
    const field = `spec.communities[${index}]`;
    const value = reference.kind === "alias" ? aliases.get(reference.name) : reference;
    if (value === undefined) {
      known = false;
      const name = reference.kind === "alias" ? reference.name : "";
      report.dangling(
        object,
        field,
        `no Community object defines ${quote(name)}, and nothing is announced without it`,
        didYouMean(nearest(name, aliases.keys()), "define it in a Community object, or write the number"),
      );
      return;
    }
    const repeated = value.kind === "standard" ? standard.has(value.value) : large.has(value.value.join(":"));
    if (repeated) report.warning(object, field, "repeats a community before it", "remove it");
    else if (value.kind === "standard") standard.add(value.value);
    else large.set(value.value.join(":"), value.value);
  });
  return known ? uniteCommunities([{ standard: [...standard], large: [...large.values()] }]) : undefined;
}
