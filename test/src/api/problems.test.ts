import { advertisement, peer } from "../../support/objects.ts";
import { parseTable } from "../../support/problem-tables.ts";

parseTable("a value that may be a secret is never shown", [
  {
    name: "a password that is a number",
    written: peer("a", { password: 12345 }),
    effect: false,
    told: ["error BGPPeer metallb-system/a: spec.password: is a number where text belongs; write text, in quotes"],
  },
  {
    name: "a password that is a list",
    written: peer("a", { password: ["hunter2"] }),
    effect: false,
    told: ["error BGPPeer metallb-system/a: spec.password: is a list where text belongs; write text"],
  },
  {
    name: "a password where the name of a secret belongs",
    written: peer("a", { passwordSecret: "hunter2" }),
    effect: false,
    told: [
      "error BGPPeer metallb-system/a: spec.passwordSecret: is text where a mapping belongs; write a mapping of name and namespace",
    ],
  },
  {
    name: "a password in place of the specification",
    written: { kind: "BGPPeer", spec: "hunter2" },
    effect: false,
    told: ["error BGPPeer metallb-system/a: spec: is text where a mapping belongs; write a mapping with myASN"],
  },
  {
    name: "a field misspelt",
    written: peer("a", { pasword: "hunter2" }),
    effect: true,
    told: [
      "warning BGPPeer metallb-system/a: spec.pasword: is not a field of this kind and has no effect; did you mean password?",
    ],
  },
  {
    name: "a Secret that is not base64",
    written: { kind: "Secret", data: { password: "hunter2%" } },
    effect: true,
    told: [
      "error Secret metallb-system/a: data.password: the value (not shown) is not base64 of text; write its base64 form here, or the text itself under stringData",
    ],
  },
  {
    name: "a Secret that is not text",
    written: { kind: "Secret", data: { password: "/w==" } },
    effect: true,
    told: [
      "error Secret metallb-system/a: data.password: the value (not shown) is not base64 of text; write its base64 form here, or the text itself under stringData",
    ],
  },
  {
    name: "a Secret with a number",
    written: { kind: "Secret", data: { password: 12345 }, type: 12345 },
    effect: false,
    told: [
      "error Secret metallb-system/a: type: is a number where text belongs; write text, in quotes",
      "error Secret metallb-system/a: data.password: is a number where text belongs; write text, in quotes",
    ],
  },
  {
    name: "a Secret whose data is text",
    written: { kind: "Secret", data: "hunter2" },
    effect: false,
    told: ["error Secret metallb-system/a: data: is text where a mapping belongs; write a mapping of password"],
  },
]);

parseTable("the other kinds of metallb.io", [
  {
    name: "BFD numbers out of range",
    written: {
      kind: "BFDProfile",
      spec: { receiveInterval: 5, detectMultiplier: 1, minimumTtl: 255, echoInterval: 70000 },
    },
    effect: false,
    told: [
      "error BFDProfile metallb-system/a: spec.receiveInterval: 5 is too small; write a whole number from 10 to 60000",
      "error BFDProfile metallb-system/a: spec.detectMultiplier: 1 is too small; write a whole number from 2 to 255",
      "error BFDProfile metallb-system/a: spec.echoInterval: 70000 is too large; write a whole number from 10 to 60000",
      "error BFDProfile metallb-system/a: spec.minimumTtl: 255 is too large; write a whole number from 1 to 254",
    ],
  },
  {
    name: "one bad community leaves the others in effect",
    written: {
      kind: "Community",
      spec: {
        communities: [
          { name: "a", value: "70000:1" },
          { name: "b", value: "1:1" },
        ],
      },
    },
    effect: true,
    told: [
      'error Community metallb-system/a: spec.communities[0].value: "70000:1" has a part above 65535; write a large community such as large:64500:1:100 for it',
    ],
  },
  {
    name: "a community without name or value",
    written: { kind: "Community", spec: { communities: [{ name: "", value: "1:1" }, { name: "b" }] } },
    effect: false,
    told: [
      "error Community metallb-system/a: spec.communities[0].name: is empty; write text",
      "error Community metallb-system/a: spec.communities[1].value: is missing; write a community such as 64500:100 or large:64500:1:100",
    ],
  },
  {
    name: "a mapping where a list belongs",
    written: { kind: "Community", spec: { communities: { a: "1:1" } } },
    effect: false,
    told: [
      "error Community metallb-system/a: spec.communities: is a mapping where a list belongs; write a list, each item a mapping with name and value",
    ],
  },
  {
    name: "an advertisement with numbers out of range",
    written: advertisement("a", { aggregationLength: 33, aggregationLengthV6: 0, localPref: -1 }),
    effect: false,
    told: [
      "error BGPAdvertisement metallb-system/a: spec.aggregationLength: 33 is too large; write a whole number from 1 to 32",
      "error BGPAdvertisement metallb-system/a: spec.aggregationLengthV6: 0 is too small; write a whole number from 1 to 128",
      "error BGPAdvertisement metallb-system/a: spec.localPref: -1 is too small; write a whole number from 0 to 4294967295",
    ],
  },
  {
    name: "an advertisement with bad communities",
    written: advertisement("a", { communities: ["1:70000", 5] }),
    effect: false,
    told: [
      'error BGPAdvertisement metallb-system/a: spec.communities[0]: "1:70000" has a part above 65535; write a large community such as large:64500:1:100 for it',
      "error BGPAdvertisement metallb-system/a: spec.communities[1]: 5 is a number where text belongs; write a community such as 64500:100, or the name of an alias, in quotes",
    ],
  },
  {
    name: "an L2Advertisement",
    written: { kind: "L2Advertisement", spec: { interfaces: "eth0", preferredNodeSelectors: [{ weight: 0 }] } },
    effect: false,
    told: [
      'error L2Advertisement metallb-system/a: spec.interfaces: "eth0" is text where a list belongs; write a list, each item text',
      "error L2Advertisement metallb-system/a: spec.preferredNodeSelectors[0].weight: 0 is too small; write a whole number from 1 to 100",
      "error L2Advertisement metallb-system/a: spec.preferredNodeSelectors[0].preference: is missing; write a mapping of matchLabels and matchExpressions",
    ],
  },
]);

parseTable("what is not read, and why", [
  {
    name: "a kind of long ago",
    written: { kind: "AddressPool" },
    effect: false,
    told: [
      'error AddressPool metallb-system/a: kind: "AddressPool" is not a kind of metallb.io; did you mean IPAddressPool?',
    ],
  },
  {
    name: "a kind that never was",
    written: { kind: "Gateway", apiVersion: "metallb.io/v1" },
    effect: false,
    told: [
      'error Gateway metallb-system/a: kind: "Gateway" is not a kind of metallb.io; write BFDProfile, BGPAdvertisement, BGPPeer, Community, ConfigurationState, IPAddressPool, L2Advertisement, ServiceBGPStatus or ServiceL2Status',
    ],
  },
  {
    name: "a version that never was",
    written: { kind: "IPAddressPool", apiVersion: "metallb.io/v1beta2" },
    effect: false,
    told: [
      'error IPAddressPool metallb-system/a: apiVersion: "metallb.io/v1beta2" is not a version of IPAddressPool that Herald reads; write metallb.io/v1beta1',
    ],
  },
  {
    name: "a version that is yet to come",
    written: { kind: "BGPPeer", apiVersion: "metallb.io/v1" },
    effect: false,
    told: [
      'error BGPPeer metallb-system/a: apiVersion: "metallb.io/v1" is not a version of BGPPeer that Herald reads; write metallb.io/v1beta2 or metallb.io/v1beta1',
    ],
  },
  {
    name: "a group misspelt",
    written: { kind: "IPAddressPool", apiVersion: "metalb.io/v1beta1" },
    effect: false,
    told: [
      'error IPAddressPool metallb-system/a: apiVersion: "metalb.io/v1beta1" is not the group of IPAddressPool, so the object is not read; write metallb.io/v1beta1',
    ],
  },
  {
    name: "an old EndpointSlice",
    written: { kind: "EndpointSlice", apiVersion: "discovery.k8s.io/v1beta1" },
    effect: false,
    told: [
      'error EndpointSlice metallb-system/a: apiVersion: "discovery.k8s.io/v1beta1" is not a version of EndpointSlice that Herald reads; write discovery.k8s.io/v1',
    ],
  },
]);

parseTable("a Service that is not as it should be", [
  {
    name: "fields misspelt, others not known yet",
    written: { kind: "Service", spec: { type: "Loadbalancer", externalTraficPolicy: "Local", fieldOfTheFuture: 1 } },
    effect: false,
    told: [
      "warning Service default/a: spec.externalTraficPolicy: is not a field of this kind and has no effect; did you mean externalTrafficPolicy?",
      'error Service default/a: spec.type: "Loadbalancer" is not allowed here; write ClusterIP, NodePort, LoadBalancer or ExternalName',
    ],
  },
  {
    name: "ports",
    written: { kind: "Service", spec: { ports: [{ port: "80" }, { port: 0 }, { port: 80, protocol: "ICMP" }] } },
    effect: false,
    told: [
      'error Service default/a: spec.ports[0].port: "80" is text where a number belongs; write a whole number from 1 to 65535, without quotes',
      "error Service default/a: spec.ports[1].port: 0 is too small; write a whole number from 1 to 65535",
      'error Service default/a: spec.ports[2].protocol: "ICMP" is not allowed here; write TCP, UDP or SCTP',
    ],
  },
]);
