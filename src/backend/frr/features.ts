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
      return true;
    case "bfd":
    case "vrf":
    case "unnumbered":
    case "passive":
    case "listen-range":
    case "ttl-security":
    case "source-interface":
    case "minimum-hold-time":
      return false;
  }
}
