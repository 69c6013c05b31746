/** Whether this machine passes on IPv4 packets that are not for itself. */
import { readFileSync } from "node:fs";

export function isForwarding(): boolean {
  try {
    return readFileSync("/proc/sys/net/ipv4/ip_forward", "latin1").trim() !== "0";
  } catch {
    return false;
  }
}
