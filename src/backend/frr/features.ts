/** What this backend can do. */
import type { Feature } from "../backend.ts";

export function frrSupports(feature: Feature): boolean {
  switch (feature) {
    case "ipv6":
    case "large-communities":
    case "extended-communities":
    case "link-bandwidth":
    case "graceful-restart":
    case "dynamic-asn":
    case "local-asn":
    case "tcp-md5":
    case "multihop":
    case "bfd":
    case "bfd-echo":
    case "unnumbered":
    case "existing-neighbor":
    case "prefix-limit":
    case "passive":
    case "listen-range":
    case "ttl-security":
    case "source-interface":
    case "minimum-hold-time":
      return true;
    // `set extcommunity` knows rt, soo and bandwidth.
    case "other-extended-communities":
    // FRR adds its link-local address to whatever is set, and routers on the link prefer that.
    case "next-hop-ipv6":
    // An instance of its own, with neighbours, networks and state of its own.
    case "vrf":
    case "tcp-ao":
    // Their policy is the operator's, and bgpd could not take such attributes off again for the others.
    case "existing-neighbor-policy":
      return false;
  }
}
