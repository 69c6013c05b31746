/** What this backend can do. */
import type { Feature } from "../backend.ts";

export function frrSupports(feature: Feature): boolean {
  switch (feature) {
    case "ipv6":
    case "large-communities":
    case "extended-communities":
    case "link-bandwidth":
    case "prefix-limit":
    case "graceful-restart":
    case "dynamic-asn":
    case "local-asn":
    case "tcp-md5":
    case "multihop":
      return true;
    case "other-extended-communities":
    case "bfd":
    case "vrf":
    case "unnumbered":
      return false;
  }
}
