/** What an advertisement says of a route that can only be said once: where two meet, they must agree. */
import type { Family } from "./address.ts";
import { formatAddress } from "./address.ts";
import type { BgpAdvertisement } from "./config.ts";

interface Term {
  /** The field that users write, by family. */
  readonly field: (family: Family) => string;
  /** As users write it; undefined where the advertisement says nothing. */
  readonly text: (advertisement: BgpAdvertisement, family: Family) => string | undefined;
  /** To say nothing is to differ from what another one says, as MetalLB has it; else it leaves the say to the other. */
  readonly strict?: true;
}

const TERMS: readonly Term[] = [
  { field: () => "localPref", text: ({ localPref }) => localPref?.toString(), strict: true },
  { field: () => "med", text: ({ med }) => med?.toString() },
  { field: () => "asPathPrepend", text: ({ asPathPrepend }) => asPathPrepend?.toString() },
  { field: () => "origin", text: ({ origin }) => origin },
  {
    field: (family) => (family === 4 ? "nextHop" : "nextHopV6"),
    text({ nextHops }, family) {
      const hop = nextHops?.[family];
      return hop === undefined ? undefined : formatAddress(hop);
    },
  },
  { field: () => "weightByEndpoints", text: ({ weightByEndpoints }) => weightByEndpoints },
];

export interface Disagreement {
  readonly field: string;
  /** What each of the advertisements says, in their order; undefined: nothing. */
  readonly said: readonly (string | undefined)[];
}

/** The first term on which advertisements of one route, of that family, cannot all be right. */
export function disagreement(advertisements: readonly BgpAdvertisement[], family: Family): Disagreement | undefined {
  for (const { field, text, strict } of TERMS) {
    const said = advertisements.map((one) => text(one, family));
    const values = strict ? said : said.filter((one) => one !== undefined);
    if (values.some((one) => one !== values[0])) return { field: field(family), said };
  }
  return undefined;
}
