/** core/v1 Service: the fields that decide anything, and the names of the others. */
import * as z from "zod";
import type { Address } from "../../model/address.ts";
import { parseAddress } from "../address.ts";
import { kindWith } from "../kind.ts";
import { metadata } from "../metadata.ts";
import type { Written } from "../text.ts";
import { textWith } from "../text.ts";

/** A field that Kubernetes knows and nothing here reads. */
const unread = z.unknown().optional();

const address = textWith(parseAddress, "an IP address");

const port = z.object({
  port: z.int().min(1).max(65_535),
  protocol: z.enum(["TCP", "UDP", "SCTP"]).default("TCP"),
  name: unread,
  targetPort: unread,
  nodePort: unread,
  appProtocol: unread,
});

const spec = z
  .object({
    type: z.enum(["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]).default("ClusterIP"),
    loadBalancerClass: z.string().optional(),
    loadBalancerIP: address.optional(),
    externalTrafficPolicy: z.enum(["Cluster", "Local"]).default("Cluster"),
    ports: z.array(port).default([]),
    selector: z.record(z.string(), z.string()).default({}),
    clusterIP: address.optional(),
    clusterIPs: z.array(address).optional(),
    ipFamilies: z.array(z.enum(["IPv4", "IPv6"])).optional(),
    ipFamilyPolicy: z.enum(["SingleStack", "PreferDualStack", "RequireDualStack"]).default("SingleStack"),
    allocateLoadBalancerNodePorts: unread,
    externalIPs: unread,
    externalName: unread,
    // 0 is as good as absent.
    healthCheckNodePort: z.int().min(0).max(65_535).optional(),
    internalTrafficPolicy: unread,
    loadBalancerSourceRanges: unread,
    publishNotReadyAddresses: unread,
    sessionAffinity: unread,
    sessionAffinityConfig: unread,
    trafficDistribution: unread,
  })
  .prefault({});

const ingress = z.object({ ip: address.optional(), hostname: unread, ipMode: unread, ports: unread });
const status = z
  .object({
    loadBalancer: z.object({ ingress: z.array(ingress).default([]) }).prefault({}),
    conditions: unread,
  })
  .prefault({});

/** Annotations that hold a list of addresses. */
const ADDRESS_LISTS = ["metallb.io/loadBalancerIPs", "metallb.universe.tf/loadBalancerIPs"] as const;

export const service = kindWith(
  { group: "", version: "v1", kind: "Service", schema: z.object({ metadata, spec, status }), unknown: "near" },
  (data) => {
    const annotatedAddresses = new Map<string, readonly Written<Address>[]>();
    for (const name of ADDRESS_LISTS) {
      const text = data.metadata.annotations[name]?.trim();
      if (text === undefined || text === "") continue;
      const parts = text.split(",").map((part) => part.trim());
      annotatedAddresses.set(
        name,
        parts.map((part) => ({ text: part, ...parseAddress(part) })),
      );
    }
    return { ...data, annotatedAddresses };
  },
);
