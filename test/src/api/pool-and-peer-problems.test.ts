import { peer, pool } from "../../support/objects.ts";
import { parseTable } from "../../support/problem-tables.ts";

parseTable("an IPAddressPool that is not as it should be", [
  {
    name: "one bad address leaves the others in effect",
    written: pool("a", ["10.0.0.0/33", "10.0.0.0/24"]),
    effect: true,
    told: [
      'error IPAddressPool metallb-system/a: spec.addresses[0]: "10.0.0.0/33" has no valid prefix length; write a length from 0 to 32 after the / for IPv4',
    ],
  },
  {
    name: "no address at all",
    written: pool("a", []),
    effect: false,
    told: [
      "error IPAddressPool metallb-system/a: spec.addresses: the list is empty; write at least one CIDR or range, such as 192.0.2.0/24",
    ],
  },
  {
    name: "no spec",
    written: { kind: "IPAddressPool" },
    effect: false,
    told: ["error IPAddressPool metallb-system/a: spec: is missing; write a mapping with addresses"],
  },
  {
    name: "no addresses",
    written: { kind: "IPAddressPool", spec: {} },
    effect: false,
    told: [
      "error IPAddressPool metallb-system/a: spec.addresses: is missing; write a list, each item a CIDR such as 192.0.2.0/24 or a range such as 192.0.2.10-192.0.2.20",
    ],
  },
  {
    name: "text where a list belongs",
    written: { kind: "IPAddressPool", spec: { addresses: "10.0.0.0/24" } },
    effect: false,
    told: [
      'error IPAddressPool metallb-system/a: spec.addresses: "10.0.0.0/24" is text where a list belongs; write a list, each item a CIDR such as 192.0.2.0/24 or a range such as 192.0.2.10-192.0.2.20',
    ],
  },
  {
    name: "a number where an address belongs",
    written: pool("a", [5]),
    effect: false,
    told: [
      "error IPAddressPool metallb-system/a: spec.addresses[0]: 5 is a number where text belongs; write a CIDR such as 192.0.2.0/24 or a range such as 192.0.2.10-192.0.2.20, in quotes",
    ],
  },
  {
    name: "text where the whole specification belongs",
    written: { kind: "IPAddressPool", spec: "x" },
    effect: false,
    told: [
      "error IPAddressPool metallb-system/a: spec: is text where a mapping belongs; write a mapping with addresses",
    ],
  },
  {
    name: "true in quotes",
    written: pool("a", ["10.0.0.0/24"], { autoAssign: "true" }),
    effect: false,
    told: [
      'error IPAddressPool metallb-system/a: spec.autoAssign: "true" is text where true or false belongs; write true or false, without quotes',
    ],
  },
  {
    name: "yes and 1 for true",
    written: pool("a", ["10.0.0.0/24"], { autoAssign: "yes", avoidBuggyIPs: 1 }),
    effect: false,
    told: [
      'error IPAddressPool metallb-system/a: spec.autoAssign: "yes" is text where true or false belongs; write true or false',
      "error IPAddressPool metallb-system/a: spec.avoidBuggyIPs: 1 is a number where true or false belongs; write true or false",
    ],
  },
  {
    name: "null is as good as absent",
    written: pool("a", ["10.0.0.0/24"], { autoAssign: null, serviceAllocation: { namespaces: null } }),
    effect: true,
    told: [],
  },
  {
    name: "fields misspelt",
    written: pool("a", ["10.0.0.0/24"], { autoasign: true, adresses: [], colour: "red" }),
    effect: true,
    told: [
      "warning IPAddressPool metallb-system/a: spec.autoasign: is not a field of this kind and has no effect; did you mean autoAssign?",
      "warning IPAddressPool metallb-system/a: spec.adresses: is not a field of this kind and has no effect; did you mean addresses?",
      "warning IPAddressPool metallb-system/a: spec.colour: is not a field of this kind and has no effect; remove it",
    ],
  },
  {
    name: "fields misspelt further in",
    written: pool("a", ["10.0.0.0/24"], {
      serviceAllocation: { namespace: ["x"], serviceSelectors: [{ matchLabel: {} }] },
    }),
    effect: true,
    told: [
      "warning IPAddressPool metallb-system/a: spec.serviceAllocation.namespace: is not a field of this kind and has no effect; did you mean namespaces?",
      "warning IPAddressPool metallb-system/a: spec.serviceAllocation.serviceSelectors[0].matchLabel: is not a field of this kind and has no effect; did you mean matchLabels?",
    ],
  },
  {
    name: "a number in quotes",
    written: pool("a", ["10.0.0.0/24"], { serviceAllocation: { priority: "1" } }),
    effect: false,
    told: [
      'error IPAddressPool metallb-system/a: spec.serviceAllocation.priority: "1" is text where a number belongs; write a whole number from -2147483648 to 2147483647, without quotes',
    ],
  },
  {
    name: "half a number",
    written: pool("a", ["10.0.0.0/24"], { serviceAllocation: { priority: 1.5 } }),
    effect: false,
    told: [
      "error IPAddressPool metallb-system/a: spec.serviceAllocation.priority: 1.5 is not a whole number; write a whole number from -2147483648 to 2147483647",
    ],
  },
  {
    name: "a number too large",
    written: pool("a", ["10.0.0.0/24"], { serviceAllocation: { priority: 99999999999 } }),
    effect: false,
    told: [
      "error IPAddressPool metallb-system/a: spec.serviceAllocation.priority: 99999999999 is too large; write a whole number from -2147483648 to 2147483647",
    ],
  },
  {
    name: "an operator that does not exist",
    written: pool("a", ["10.0.0.0/24"], {
      serviceAllocation: { serviceSelectors: [{ matchExpressions: [{ key: "a", operator: "in" }] }] },
    }),
    effect: false,
    told: [
      'error IPAddressPool metallb-system/a: spec.serviceAllocation.serviceSelectors[0].matchExpressions[0].operator: "in" is not allowed here; write In, NotIn, Exists or DoesNotExist',
    ],
  },
  {
    name: "operators without and with values",
    written: pool("a", ["10.0.0.0/24"], {
      serviceAllocation: {
        serviceSelectors: [
          {
            matchExpressions: [
              { key: "b", operator: "In" },
              { key: "c", operator: "Exists", values: ["x"] },
            ],
          },
        ],
      },
    }),
    effect: false,
    told: [
      "error IPAddressPool metallb-system/a: spec.serviceAllocation.serviceSelectors[0].matchExpressions[0].values: operator In has no values; write at least one value",
      "error IPAddressPool metallb-system/a: spec.serviceAllocation.serviceSelectors[0].matchExpressions[1].values: operator Exists has values; leave values out",
    ],
  },
  {
    name: "labels that are no text",
    written: pool("a", ["10.0.0.0/24"], {}, { labels: { a: true, "app.kubernetes.io/name": 5 } }),
    effect: false,
    told: [
      "error IPAddressPool metallb-system/a: metadata.labels.a: true is a boolean where text belongs; write text, in quotes",
      'error IPAddressPool metallb-system/a: metadata.labels["app.kubernetes.io/name"]: 5 is a number where text belongs; write text, in quotes',
    ],
  },
  {
    name: "a very long text is cut",
    written: pool("a", ["10.0.0.0/24"], { autoAssign: "x".repeat(100) }),
    effect: false,
    told: [
      'error IPAddressPool metallb-system/a: spec.autoAssign: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx… is text where true or false belongs; write true or false',
    ],
  },
]);

parseTable("a BGPPeer that is not as it should be", [
  {
    name: "a port too large",
    written: peer("a", { peerPort: 70000 }),
    effect: false,
    told: ["error BGPPeer metallb-system/a: spec.peerPort: 70000 is too large; write a whole number from 0 to 16384"],
  },
  {
    name: "a port in quotes",
    written: peer("a", { peerPort: "179" }),
    effect: false,
    told: [
      'error BGPPeer metallb-system/a: spec.peerPort: "179" is text where a number belongs; write a whole number from 0 to 16384, without quotes',
    ],
  },
  { name: "port 0, which is 179", written: peer("a", { peerPort: 0 }), effect: true, told: [] },
  {
    name: "no myASN",
    written: peer("a", { myASN: undefined }),
    effect: false,
    told: ["error BGPPeer metallb-system/a: spec.myASN: is missing; write an AS number from 1 to 4294967295"],
  },
  {
    name: "half an AS number",
    written: peer("a", { myASN: 64500.5 }),
    effect: false,
    told: [
      "error BGPPeer metallb-system/a: spec.myASN: 64500.5 is not a whole number; write an AS number from 1 to 4294967295",
    ],
  },
  {
    name: "AS numbers out of range",
    written: peer("a", { myASN: -1, peerASN: 4294967296 }),
    effect: false,
    told: [
      "error BGPPeer metallb-system/a: spec.myASN: -1 is too small; write an AS number from 1 to 4294967295",
      "error BGPPeer metallb-system/a: spec.peerASN: 4294967296 is too large; write an AS number from 1 to 4294967295",
    ],
  },
  {
    name: "a name where an address belongs",
    written: peer("a", { peerAddress: "router1" }),
    effect: false,
    told: [
      'error BGPPeer metallb-system/a: spec.peerAddress: "router1" is not an IP address; write an IPv4 address such as 192.0.2.10 or an IPv6 address such as 2001:db8::10',
    ],
  },
  {
    name: "a link-local address",
    written: peer("a", { peerAddress: "fe80::1" }),
    effect: false,
    told: [
      'error BGPPeer metallb-system/a: spec.peerAddress: "fe80::1" is a link-local address, and the interface it is on is not known; write interface in place of peerAddress, or another address of the peer',
    ],
  },
  {
    name: "a hold time that is a number",
    written: peer("a", { holdTime: 90 }),
    effect: false,
    told: [
      'error BGPPeer metallb-system/a: spec.holdTime: 90 is a number where text belongs; write a duration such as "90s", in quotes',
    ],
  },
  {
    name: "a hold time without a unit",
    written: peer("a", { holdTime: "90" }),
    effect: false,
    told: ['error BGPPeer metallb-system/a: spec.holdTime: "90" is a number without a unit; write 90s for seconds'],
  },
  {
    name: "a connect time below a second",
    written: peer("a", { connectTime: "500ms" }),
    effect: false,
    told: [
      'error BGPPeer metallb-system/a: spec.connectTime: "500ms" is out of range; write whole seconds from 1s to 65535s',
    ],
  },
  {
    name: "a connect time that is no duration",
    written: peer("a", { connectTime: "soon" }),
    effect: false,
    told: [
      'error BGPPeer metallb-system/a: spec.connectTime: "soon" is not a duration; write a duration such as 90s or 1m30s',
    ],
  },
  {
    name: "an unknown kind of ASN",
    written: peer("a", { dynamicASN: "extern" }),
    effect: false,
    told: ['error BGPPeer metallb-system/a: spec.dynamicASN: "extern" is not allowed here; write internal or external'],
  },
  {
    name: "a router ID that is none",
    written: peer("a", { routerID: "1" }),
    effect: false,
    told: [
      'error BGPPeer metallb-system/a: spec.routerID: "1" is not in the form of an IPv4 address; write a number in the form of an IPv4 address, such as 192.0.2.1',
    ],
  },
  {
    name: "a field misspelt",
    written: peer("a", { ebgpMultihop: true }),
    effect: true,
    told: [
      "warning BGPPeer metallb-system/a: spec.ebgpMultihop: is not a field of this kind and has no effect; did you mean ebgpMultiHop?",
    ],
  },
  {
    name: "v1beta1 without what it needs",
    written: { kind: "BGPPeer", apiVersion: "metallb.io/v1beta1", spec: { myASN: 1 } },
    effect: false,
    told: [
      "error BGPPeer metallb-system/a: spec.peerASN: is missing; write an AS number from 1 to 4294967295",
      "error BGPPeer metallb-system/a: spec.peerAddress: is missing; write an IPv4 or IPv6 address",
    ],
  },
  {
    name: "v1beta1 with a field of v1beta2",
    written: {
      kind: "BGPPeer",
      apiVersion: "metallb.io/v1beta1",
      spec: { myASN: 1, peerASN: 2, peerAddress: "192.0.2.1", vrf: "red" },
    },
    effect: true,
    told: [],
  },
]);
