/** The BGP Identifier of a node that was given none. */
import type { NodeView } from "../model/service.ts";

/** FNV-1a, 32 bits: spreads names evenly and is the same on every run. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) value = Math.imul(value ^ byte, 0x01000193) >>> 0;
  return value;
}

/** The first IPv4 InternalIP, else a hash of the name; unsigned 32-bit and never zero (RFC 6286 §2.1). */
export function routerIdOf(node: NodeView): number {
  const ipv4 = node.addresses.find(({ family }) => family === 4);
  const id = ipv4 === undefined ? hash(node.name) : Number(ipv4.value);
  return id === 0 ? 1 : id;
}
