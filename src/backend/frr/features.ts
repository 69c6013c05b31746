/** What this backend can do. */
import type { Feature } from "../backend.ts";

export function frrSupports(feature: Feature): boolean {
  switch (feature) {
    case "ipv6":
    case "large-communities":
    case "graceful-restart":
    case "dynamic-asn":
    case "local-asn":
    case "tcp-md5":
    case "multihop":
    case "bfd":
    case "unnumbered":
    case "existing-neighbor":
      return true;
    case "vrf":
      return false;
  }
}
