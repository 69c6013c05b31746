/** metallb.io BFDProfile: how to watch a peer for failure (RFC 5880). */
import * as z from "zod";
import { kindOf } from "../kind.ts";
import { resource } from "./resource.ts";

const interval = z.int().min(10).max(60_000);

const spec = z
  .object({
    receiveInterval: interval
      .default(300)
      .describe("The shortest time between packets that this side can receive, in milliseconds."),
    transmitInterval: interval
      .default(300)
      .describe("The shortest time between packets that this side wants to send, in milliseconds."),
    detectMultiplier: z
      .int()
      .min(2)
      .max(255)
      .default(3)
      .describe("How many packets in a row may be lost before the peer counts as down."),
    echoInterval: interval
      .default(50)
      .describe("The shortest time between echo packets that this side can receive, in milliseconds."),
    echoMode: z.boolean().default(false).describe("Whether to use echo packets; IPv4 only."),
    passiveMode: z.boolean().default(false).describe("Whether to wait for the peer to begin."),
    minimumTtl: z
      .int()
      .min(1)
      .max(254)
      .default(254)
      .describe("The smallest TTL of packets accepted on a multi-hop session."),
  })
  .prefault({})
  .describe("Intervals and modes of BFD.");

export const bfdProfile = kindOf(resource("BFDProfile", "v1beta1", spec));
