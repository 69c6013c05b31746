/** Numbers of the protocol by name, bytes as text. */
import { Afi, SAFI_UNICAST } from "bgp-ts-codec";

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** "ipv4-unicast", "ipv6-unicast", "ipv4 safi 128", "afi 25 safi 65". */
export function familyName({ afi, safi }: { readonly afi: number; readonly safi: number }): string {
  const name = afi === Afi.Ipv4 ? "ipv4" : afi === Afi.Ipv6 ? "ipv6" : `afi ${afi}`;
  return name.startsWith("ipv") && safi === SAFI_UNICAST ? `${name}-unicast` : `${name} safi ${safi}`;
}
