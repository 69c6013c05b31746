/** Which families a Service needs. */
import type { Address, Family } from "../model/address.ts";
import type { ServiceView } from "../model/service.ts";

export interface Want {
  /** One or two; the primary family first. */
  readonly families: readonly Family[];
  /** One of the two is enough until both can be had (PreferDualStack). */
  readonly oneWillDo: boolean;
  /** It requires two families and has cluster IPs of one. */
  readonly contradictory: boolean;
}

/** Undefined: it has no cluster IP, so nothing could be forwarded. */
export function wantOf({ families, ipFamilyPolicy }: ServiceView): Want | undefined {
  if (families.length === 0) return undefined;
  const dual = families.length > 1;
  return {
    families,
    oneWillDo: dual && ipFamilyPolicy === "PreferDualStack",
    contradictory: !dual && ipFamilyPolicy === "RequireDualStack",
  };
}

export function distinctFamilies(addresses: readonly Address[]): Family[] {
  return [...new Set(addresses.map((address) => address.family))];
}
