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
    case "existing-neighbor":
    case "existing-neighbor-policy":
    case "prefix-limit":
    case "passive":
    case "ttl-security":
    case "source-interface":
      return true;
    // GoBGP takes "internal", and no session without a number.
    case "dynamic-asn":
    case "bfd":
    case "bfd-echo":
    // It looks for the other end once, when the neighbour is added, and refuses what the kernel has not heard of.
    case "unnumbered":
    // It limits neither how many come nor with which key, and they outlive their group.
    case "listen-range":
    case "tcp-ao":
    case "minimum-hold-time":
      return false;
  }
}
