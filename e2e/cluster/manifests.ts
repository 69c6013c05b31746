/** Objects for an API server without controllers of its own, as users write them: right ones, and wrong ones of each kind. */
import { NAMESPACE } from "./herald.ts";

export type Json = Readonly<Record<string, unknown>>;

export function service(name: string, spec: Json = {}, annotations: Json = {}): Json {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, annotations },
    spec: { type: "LoadBalancer", ports: [{ port: 80 }], ...spec },
  };
}

export function configured(kind: string, name: string, spec: Json): Json {
  const version = kind === "BGPPeer" ? "v1beta2" : "v1beta1";
  return { apiVersion: `metallb.io/${version}`, kind, metadata: { name, namespace: NAMESPACE }, spec };
}

/** There is no endpoint-slice controller here. */
export function slice(name: string, nodeName = "control"): Json {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name, labels: { "kubernetes.io/service-name": name } },
    addressType: "IPv4",
    ports: [{ port: 80 }],
    endpoints: [{ addresses: ["10.244.1.2"], nodeName, conditions: { ready: true } }],
  };
}

/** Where the API server finds the webhook. */
export function webhookSlice(): Json {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: {
      name: "herald-webhook",
      namespace: NAMESPACE,
      labels: { "kubernetes.io/service-name": "herald-webhook" },
    },
    addressType: "IPv4",
    ports: [{ name: "", port: 9443, protocol: "TCP" }],
    endpoints: [{ addresses: ["10.0.0.10"], conditions: { ready: true } }],
  };
}

export const PEER = { myASN: 64500, peerASN: 64501, peerAddress: "10.0.0.99" };
export const GOOD = [
  configured("IPAddressPool", "good", { addresses: ["192.0.2.0/24"] }),
  configured("BGPAdvertisement", "good", { ipAddressPools: ["good"], communities: ["colour"] }),
  configured("L2Advertisement", "good", { ipAddressPools: ["good"] }),
  configured("BGPPeer", "good", { ...PEER, bfdProfile: "good", passwordSecret: { name: "key" } }),
  configured("BFDProfile", "good", {}),
  configured("Community", "good", { communities: [{ name: "colour", value: "64500:1" }] }),
  {
    apiVersion: "v1",
    kind: "Secret",
    type: "kubernetes.io/basic-auth",
    metadata: { name: "key", namespace: NAMESPACE },
    stringData: { password: "a-secret-of-the-lab" },
  },
];
/** Each is well-formed for the API server and wrong for Herald, with a part of what is to be said of it. */
export const BAD: readonly (readonly [Json, RegExp])[] = [
  [
    configured("IPAddressPool", "bad", { addresses: ["192.0.2.128-192.0.3.1"] }),
    /IPAddressPool .*bad: spec\.addresses/,
  ],
  [configured("BGPAdvertisement", "bad", { communities: ["no-such"] }), /BGPAdvertisement .*bad: spec\.communities/],
  [
    configured("L2Advertisement", "bad", { ipAddressPools: ["good", "good"] }),
    /L2Advertisement .*bad: spec\.ipAddressPools/,
  ],
  [
    configured("BGPPeer", "bad", { ...PEER, peerAddress: "10.0.0.98", bfdProfile: "no-such" }),
    /BGPPeer .*bad: spec\.bfdProfile/,
  ],
  [
    configured("Community", "bad", { communities: [{ name: "shade", value: "1:2:3" }] }),
    /Community .*bad: spec\.communities/,
  ],
];
