/** What a definition says besides the schemas: names, columns, versions, stored defaults. As in MetalLB. */

export interface Column {
  readonly name: string;
  readonly type: "string" | "boolean" | "integer" | "date";
  readonly jsonPath: string;
  /** 0, or absent: always shown; above: only with `-o wide`. */
  readonly priority?: number;
}

export interface Row {
  readonly kind: string;
  readonly plural: string;
  readonly description: string;
  readonly columns: readonly Column[];
  /** Fields whose default the API server writes into each object. */
  readonly stored?: readonly string[];
  /** Versions that are served with a warning and not stored. */
  readonly deprecated?: Readonly<Record<string, string>>;
}

function column(name: string, jsonPath: string, type: Column["type"] = "string", priority?: number): Column {
  return { name, type, jsonPath, ...(priority === undefined ? {} : { priority }) };
}

const advertised = [
  column("IPAddressPools", ".spec.ipAddressPools"),
  column("IPAddressPool Selectors", ".spec.ipAddressPoolSelectors"),
];
const nodes = column("Node Selectors", ".spec.nodeSelectors", "string", 10);
const ofService = [
  column("Service Name", ".status.serviceName"),
  column("Service Namespace", ".status.serviceNamespace"),
];

export const TABLE: readonly Row[] = [
  {
    kind: "IPAddressPool",
    plural: "ipaddresspools",
    description: "Addresses that Services of type LoadBalancer may get.",
    columns: [
      column("Auto Assign", ".spec.autoAssign", "boolean"),
      column("Avoid Buggy IPs", ".spec.avoidBuggyIPs", "boolean"),
      column("Addresses", ".spec.addresses"),
    ],
    stored: ["spec.autoAssign", "spec.avoidBuggyIPs"],
  },
  {
    kind: "L2Advertisement",
    plural: "l2advertisements",
    description: "Which addresses are announced on the local network (ARP, NDP), and from where.",
    columns: [...advertised, column("Interfaces", ".spec.interfaces"), nodes],
  },
  {
    kind: "BGPAdvertisement",
    plural: "bgpadvertisements",
    description: "Which addresses are announced over BGP, to which peers and how.",
    columns: [...advertised, column("Peers", ".spec.peers"), nodes],
    stored: ["spec.aggregationLength", "spec.aggregationLengthV6"],
  },
  {
    kind: "BGPPeer",
    plural: "bgppeers",
    description: "A router to talk BGP with.",
    columns: [
      column("Address", ".spec.peerAddress"),
      column("ASN", ".spec.peerASN"),
      column("BFD Profile", ".spec.bfdProfile"),
      column("Multi Hops", ".spec.ebgpMultiHop"),
    ],
    stored: ["spec.peerPort", "spec.disableMP", "spec.dualStackAddressFamily"],
    deprecated: { v1beta1: "metallb.io/v1beta1 BGPPeer is deprecated; write metallb.io/v1beta2" },
  },
  {
    kind: "BFDProfile",
    plural: "bfdprofiles",
    description: "How to watch a peer for failure (BFD, RFC 5880).",
    columns: [
      column("Passive Mode", ".spec.passiveMode", "boolean"),
      column("Transmit Interval", ".spec.transmitInterval", "integer"),
      column("Receive Interval", ".spec.receiveInterval", "integer"),
      column("Multiplier", ".spec.detectMultiplier", "integer"),
    ],
  },
  {
    kind: "Community",
    plural: "communities",
    description: "Names for BGP communities, for use in BGPAdvertisements.",
    columns: [],
  },
  {
    kind: "ConfigurationState",
    plural: "configurationstates",
    description: "What one component says of the whole configuration. Written by the agent.",
    columns: [
      column("Result", ".status.result"),
      column("ErrorSummary", ".status.errorSummary"),
      column("Age", ".metadata.creationTimestamp", "date"),
    ],
  },
  {
    kind: "ServiceL2Status",
    plural: "servicel2statuses",
    description: "Which node announces a Service on the local network. Written by the agent.",
    columns: [column("Allocated Node", ".status.node"), ...ofService],
  },
  {
    kind: "ServiceBGPStatus",
    plural: "servicebgpstatuses",
    description: "Which peers a node tells about a Service. Written by the agent.",
    columns: [column("Node", ".status.node"), ...ofService],
  },
];
