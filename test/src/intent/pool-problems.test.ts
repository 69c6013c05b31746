import { advertisement, pool } from "../../support/objects.ts";
import { compileTable } from "../../support/problem-tables.ts";

compileTable("pools that cannot both have effect", [
  {
    name: "an overlap: the first by name keeps the addresses, the other pool its other entry",
    written: [pool("a", ["10.0.0.0/24"]), pool("b", ["10.0.0.128/25", "10.1.0.0/24"]), advertisement("x")],
    told: [
      'error IPAddressPool metallb-system/b: spec.addresses[0]: "10.0.0.128/25" overlaps "10.0.0.0/24" of IPAddressPool metallb-system/a, which comes first by name and keeps it; write addresses that no other pool has',
    ],
  },
  {
    name: "an overlap: the older one keeps the addresses",
    written: [
      pool("b", ["10.0.0.0/24"], {}, { creationTimestamp: "2026-01-01T00:00:00Z" }),
      pool("a", ["10.0.0.128/25", "10.1.0.0/24"], {}, { creationTimestamp: "2026-01-02T00:00:00Z" }),
      advertisement("x"),
    ],
    told: [
      'error IPAddressPool metallb-system/a: spec.addresses[0]: "10.0.0.128/25" overlaps "10.0.0.0/24" of IPAddressPool metallb-system/b, which is older and keeps it; write addresses that no other pool has',
    ],
  },
  {
    name: "an overlap within one pool",
    written: [pool("a", ["10.0.0.0/24", "10.0.0.5-10.0.0.7"]), advertisement("x")],
    told: [
      'error IPAddressPool metallb-system/a: spec.addresses[1]: "10.0.0.5-10.0.0.7" overlaps "10.0.0.0/24" of spec.addresses[0]; remove one of the two',
    ],
  },
  {
    name: "one name in two namespaces",
    written: [pool("a", ["10.0.0.0/24"]), pool("a", ["10.1.0.0/24"], {}, { namespace: "other" }), advertisement("x")],
    told: [
      'error IPAddressPool other/a: metadata.name: the name "a" is taken by IPAddressPool metallb-system/a; give each a name of its own, also across namespaces',
    ],
  },
]);

compileTable("pools with less effect than written", [
  {
    name: "nobody announces it",
    written: [pool("a", ["10.0.0.0/24"])],
    told: [
      "warning IPAddressPool metallb-system/a: gives addresses that nobody announces; add a BGPAdvertisement or an L2Advertisement",
    ],
  },
  {
    name: "entries of which avoidBuggyIPs leaves nothing, and others",
    written: [
      pool("a", ["10.0.0.0/32", "10.0.1.255-10.0.2.0", "10.0.2.254-10.0.2.255", "2001:db8::/127"], {
        avoidBuggyIPs: true,
      }),
      pool("b", ["10.0.3.0/32"]),
      advertisement("x"),
    ],
    told: [
      'warning IPAddressPool metallb-system/a: spec.addresses[0]: "10.0.0.0/32" has no address to give, as spec.avoidBuggyIPs leaves out what ends in .0 or .255; write further addresses, or remove avoidBuggyIPs',
      'warning IPAddressPool metallb-system/a: spec.addresses[1]: "10.0.1.255-10.0.2.0" has no address to give, as spec.avoidBuggyIPs leaves out what ends in .0 or .255; write further addresses, or remove avoidBuggyIPs',
    ],
  },
  {
    name: "entries repeated",
    written: [
      pool("a", ["10.0.0.0/24"], {
        serviceAllocation: {
          namespaces: ["x", "y", "x"],
          namespaceSelectors: [{}, {}],
          serviceSelectors: [
            { matchLabels: { a: "b" } },
            { matchExpressions: [{ key: "a", operator: "In", values: ["b"] }] },
          ],
        },
      }),
      advertisement("x"),
    ],
    told: [
      "warning IPAddressPool metallb-system/a: spec.serviceAllocation.namespaceSelectors[1]: repeats spec.serviceAllocation.namespaceSelectors[0]; remove it",
      "warning IPAddressPool metallb-system/a: spec.serviceAllocation.namespaces[2]: repeats spec.serviceAllocation.namespaces[0]; remove it",
      "warning IPAddressPool metallb-system/a: spec.serviceAllocation.serviceSelectors[1]: repeats spec.serviceAllocation.serviceSelectors[0]; remove it",
    ],
  },
]);
