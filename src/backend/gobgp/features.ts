/** What this backend can do. */
import type { Feature } from "../backend.ts";

export function gobgpSupports(feature: Feature): boolean {
  switch (feature) {
    case "ipv6":
    case "large-communities":
    case "graceful-restart":
    case "local-asn":
    case "tcp-md5":
    case "multihop":
    case "vrf":
      return true;
    case "dynamic-asn":
    case "bfd":
    case "unnumbered":
    case "existing-neighbor":
      return false;
  }
}
