/** What tests of single sessions share: Herald with one peer at the router, and what it says of it. */
import { until } from "../lab/index.ts";
import type { LabNode } from "../lab/index.ts";
import type { Herald } from "./herald.ts";
import type { PeerOptions } from "./manifests.ts";

export const IPV4: PeerOptions = { name: "router", address: "10.0.0.1" };
export const IPV6: PeerOptions = { name: "router", address: "fd00::1" };
export const HTTP = { http: "127.0.0.1:17472" };

interface Detail {
  readonly state: string;
  readonly connection?: string;
  readonly ups: number;
  readonly timers: object;
  readonly lastError?: { readonly text: string };
  readonly capabilitiesReceived: readonly { readonly kind: string }[];
}

export async function detail(herald: Herald): Promise<Detail> {
  const [peer] = JSON.parse(await herald.run("bgp", "peers", "router", "-o", "json")) as readonly Detail[];
  if (peer === undefined) throw new Error("there is no peer");
  return peer;
}

export function established(herald: Herald): Promise<Detail> {
  return until(
    "the session",
    async () => {
      const now = await detail(herald);
      return now.state === "Established" ? now : undefined;
    },
    { timeoutMs: 30_000, seen: () => herald.task.output() },
  );
}

export function configure(router: LabNode, ...lines: readonly string[]): Promise<string> {
  return router.vtysh("configure terminal", "router bgp 64501", ...lines);
}
