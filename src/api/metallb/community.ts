/** metallb.io Community: names for community values. */
import * as z from "zod";
import { parseCommunity } from "../community.ts";
import type { CommunityValue } from "../community.ts";
import { kindWith } from "../kind.ts";
import { isFault, textWith } from "../text.ts";
import { resource } from "./resource.ts";

const alias = z.object({
  name: z.string().min(1).describe("The name, for use in BGPAdvertisements."),
  value: textWith(parseCommunity, "a community such as 64500:100 or large:64500:1:100").describe(
    "The value: a:b with parts up to 65535, or large:a:b:c with parts up to 4294967295.",
  ),
});

const spec = z
  .object({
    communities: z.array(alias).default([]).describe("The names. Each is used once in all Community objects."),
  })
  .prefault({})
  .describe("Names for community values.");

/** One entry of `spec.communities`, with its place in the list. */
export interface CommunityAlias {
  readonly name: string;
  readonly index: number;
  readonly text: string;
  readonly value: CommunityValue;
}

export const community = kindWith(resource("Community", "v1beta1", spec), ({ metadata, spec }, report) => {
  const aliases: CommunityAlias[] = [];
  spec.communities.forEach(({ name, value }, index) => {
    if (isFault(value)) report("error", ["spec", "communities", index, "value"], value);
    else aliases.push({ name, index, text: value.text, value: value.value });
  });
  return { metadata, spec: { communities: aliases } };
});
