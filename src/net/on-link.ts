/** Which addresses are on a network that this machine has an address in. */
import { BlockList } from "node:net";
import { networkInterfaces } from "node:os";

/** Asked anew each time: networks come and go. Link-local addresses are always on a link. */
export function isOnLink(address: string): boolean {
  const family = address.includes(":") ? "ipv6" : "ipv4";
  const networks = new BlockList();
  for (const { cidr, family: own } of Object.values(networkInterfaces()).flatMap((infos) => infos ?? [])) {
    const [network, length] = cidr?.split("/") ?? [];
    if (network === undefined || own.toLowerCase() !== family) continue;
    networks.addSubnet(network, Number(length), family);
  }
  return networks.check(address, family);
}
