/** What this backend can do, which depends on the sockets of its host. */
import type { Feature } from "../backend.ts";
import type { SocketFeatures } from "./peer-config.ts";

export function nativeSupports(sockets: SocketFeatures): (feature: Feature) => boolean {
  return (feature) => {
    switch (feature) {
      case "ipv6":
      case "large-communities":
      case "graceful-restart":
      case "dynamic-asn":
      case "local-asn":
        return true;
      case "tcp-md5":
        return sockets.md5 === true;
      case "multihop":
        return sockets.ttl === true;
      case "vrf":
        return sockets.device === true;
      case "bfd":
      case "unnumbered":
      case "existing-neighbor":
        return false;
    }
  };
}
