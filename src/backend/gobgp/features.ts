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
    case "extended-communities":
    case "other-extended-communities":
    case "next-hop-ipv6":
    case "link-bandwidth":
      return true;
    case "dynamic-asn":
    case "bfd":
    case "bfd-echo":
    case "unnumbered":
    case "existing-neighbor":
    // GoBGP does not count what its policy turns away.
    case "prefix-limit":
    // A GoBGP that Herald started takes no connections.
    case "passive":
    case "listen-range":
    case "ttl-security":
    case "source-interface":
    case "tcp-ao":
    case "minimum-hold-time":
      return false;
  }
}
