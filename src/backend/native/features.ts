/** What this backend can do, which depends on the sockets of its host. */
import type { Feature } from "../backend.ts";
import type { SocketFeatures } from "./peer-config.ts";

export function nativeSupports(sockets: SocketFeatures): (feature: Feature) => boolean {
  return (feature) => {
    switch (feature) {
      case "ipv6":
      case "large-communities":
      case "extended-communities":
      case "other-extended-communities":
      case "next-hop-ipv6":
      case "link-bandwidth":
      case "prefix-limit":
      case "graceful-restart":
      case "dynamic-asn":
      case "local-asn":
      case "minimum-hold-time":
        return true;
      case "tcp-md5":
        return sockets.md5 === true;
      case "tcp-ao":
        return sockets.ao === true;
      case "multihop":
      case "ttl-security":
        return sockets.ttl === true;
      case "unnumbered":
        return sockets.links === true;
      case "vrf":
      case "source-interface":
        return sockets.device === true;
      case "passive":
      case "listen-range":
        return sockets.listen === true;
      case "bfd":
      case "bfd-echo":
        return sockets.bfd === true;
      // There is no other daemon that could have one.
      case "existing-neighbor":
      case "existing-neighbor-policy":
        return false;
    }
  };
}
