/** metallb.io IPAddressPool: addresses that Services may get. */
import * as z from "zod";
import type { AddressRange } from "../../model/address.ts";
import { parseRange } from "../address.ts";
import { kindWith } from "../kind.ts";
import { selectors } from "../selector.ts";
import { isFault, textWith } from "../text.ts";
import { resource } from "./resource.ts";

const serviceAllocation = z
  .object({
    priority: z
      .int()
      .min(-2_147_483_648)
      .max(2_147_483_647)
      .default(0)
      .describe("Which pool is tried first: the smaller number; 0 comes last."),
    namespaces: z.array(z.string()).default([]).describe("Names of the namespaces whose Services may use the pool."),
    namespaceSelectors: selectors("Labels of the namespaces whose Services may use the pool; any may match."),
    serviceSelectors: selectors("Labels of the Services that may use the pool; any may match."),
  })
  .describe("Which Services the pool is for. Without it, the pool is for all, after the pools that have one.");

const spec = z
  .object({
    addresses: z
      .array(textWith(parseRange, "a CIDR such as 192.0.2.0/24 or a range such as 192.0.2.10-192.0.2.20"))
      .describe("CIDRs and ranges (first-last), IPv4 and IPv6. They overlap neither each other nor another pool."),
    autoAssign: z
      .boolean()
      .default(true)
      .describe("Whether Services that ask for no pool and no address may get one from here."),
    avoidBuggyIPs: z
      .boolean()
      .default(false)
      .describe("Whether to leave out IPv4 addresses that end in .0 or .255, which some old devices refuse."),
    serviceAllocation: serviceAllocation.optional(),
  })
  .describe("What the pool holds and who may use it.");

const count = (what: string) => z.int().min(0).describe(what);

const status = z.object({
  assignedIPv4: count("IPv4 addresses in use; one that Services share counts once."),
  assignedIPv6: count("IPv6 addresses in use; one that Services share counts once."),
  availableIPv4: count("IPv4 addresses that are free."),
  availableIPv6: count("IPv6 addresses that are free."),
});

/** One entry of `spec.addresses`, with its place in the list. */
export interface PoolEntry {
  readonly text: string;
  readonly index: number;
  readonly range: AddressRange;
}

export const ipAddressPool = kindWith(
  resource("IPAddressPool", "v1beta1", spec, status),
  ({ metadata, spec }, report) => {
    const entries: PoolEntry[] = [];
    spec.addresses.forEach((written, index) => {
      if (isFault(written)) report("error", ["spec", "addresses", index], written);
      else entries.push({ text: written.text, index, range: written.value });
    });
    if (spec.addresses.length === 0) {
      report("error", ["spec", "addresses"], {
        what: "the list is empty",
        fix: "write at least one CIDR or range, such as 192.0.2.0/24",
      });
    }
    return entries.length === 0 ? undefined : { metadata, spec: { ...spec, addresses: entries } };
  },
);
