import t from "tap";
import { endpointSliceView, namespaceView, nodeView, serviceView } from "../../../src/intent/views.ts";
import { formatAddress } from "../../../src/model/address.ts";
import type { NodeView, ServiceView } from "../../../src/model/service.ts";
import { lines, parsed } from "../../support/objects.ts";

interface Seen {
  readonly view: ServiceView;
  readonly told: readonly string[];
}

function see(spec: object, annotations: object = {}, more: object = {}): Seen {
  const object = parsed({
    kind: "Service",
    metadata: { annotations },
    spec: { type: "LoadBalancer", ...spec },
    ...more,
  });
  if (object.kind !== "Service") throw new Error("not a Service");
  const { view, problems } = serviceView(object);
  return { view, told: lines(problems) };
}

t.test("a manifest without the fields that an API server fills gets their defaults", (t) => {
  t.same(see({ type: undefined }).view, {
    key: "default/a",
    namespace: "default",
    name: "a",
    labels: {},
    type: "ClusterIP",
    externalTrafficPolicy: "Cluster",
    ports: [],
    selector: "",
    families: [4],
    ipFamilyPolicy: "SingleStack",
    request: { addresses: [] },
    ingress: [],
    deprecatedAnnotations: [],
    deleting: false,
  });
  t.end();
});

t.test("the view has what was written", (t) => {
  const { view } = see(
    {
      externalTrafficPolicy: "Local",
      loadBalancerClass: "example.com/herald",
      selector: { b: "2", a: "1" },
      ports: [
        { port: 53, protocol: "UDP" },
        { port: 80, name: "http", targetPort: "web", nodePort: 30080 },
      ],
      clusterIPs: ["10.96.0.7", "2001:db8::7"],
      clusterIP: "10.96.0.7",
      ipFamilyPolicy: "PreferDualStack",
    },
    { "metallb.io/ip-allocated-from-pool": "production" },
    {
      status: {
        loadBalancer: { ingress: [{ hostname: "x.example" }, { ip: "192.0.2.9", ipMode: "VIP" }, { ip: "bad" }] },
      },
    },
  );
  t.match(view, {
    externalTrafficPolicy: "Local",
    loadBalancerClass: "example.com/herald",
    selector: "a=1,b=2",
    ports: [
      { port: 53, protocol: "UDP" },
      { port: 80, protocol: "TCP" },
    ],
    families: [4, 6],
    allocatedFrom: "production",
  });
  t.same(view.ingress.map(formatAddress), ["192.0.2.9"], "host names and what is no address are left out");
  t.end();
});

t.test("a Service that is being deleted says so; an empty class is none", (t) => {
  const metadata = {
    name: "a",
    namespace: "default",
    deletionTimestamp: "2026-01-01T00:00:00Z",
    labels: { app: "web" },
  };
  const { view } = see({ loadBalancerClass: "" }, {}, { metadata });
  t.equal(view.deleting, true);
  t.same(view.labels, { app: "web" });
  t.notOk("loadBalancerClass" in view);
  t.end();
});

t.test("the families that a Service may get follow its cluster IPs, or what an API server would have assigned", (t) => {
  const rows: readonly (readonly [string, object, readonly number[]])[] = [
    ["nothing said", {}, [4]],
    ["IPv6", { ipFamilies: ["IPv6"] }, [6]],
    ["both required", { ipFamilyPolicy: "RequireDualStack" }, [4, 6]],
    ["both preferred, IPv6 first", { ipFamilyPolicy: "PreferDualStack", ipFamilies: ["IPv6"] }, [6, 4]],
    ["both named, IPv6 first", { ipFamilyPolicy: "RequireDualStack", ipFamilies: ["IPv6", "IPv4"] }, [6, 4]],
    ["assigned", { clusterIP: "10.0.0.1" }, [4]],
    ["assigned, one family only", { clusterIPs: ["2001:db8::1"], ipFamilyPolicy: "PreferDualStack" }, [6]],
    ["assigned, against what is written", { clusterIPs: ["10.0.0.1"], ipFamilies: ["IPv6"] }, [4]],
    ["empty text", { clusterIP: "", clusterIPs: [""] }, [4]],
    ["headless", { clusterIP: "None" }, []],
    ["headless in a list", { clusterIPs: ["None"], ipFamilies: ["IPv6"] }, []],
    ["a name only", { type: "ExternalName" }, []],
  ];
  for (const [name, spec, families] of rows) t.same(see(spec).view.families, families, name);
  t.end();
});

function asked(seen: Seen): unknown {
  const { request } = seen.view;
  return "invalid" in request ? request.invalid : { ...request, addresses: request.addresses.map(formatAddress) };
}

t.test("requests come from the field and from annotations, today's prefix before the deprecated one", (t) => {
  const rows: readonly (readonly [string, object, object, object])[] = [
    ["the field", { loadBalancerIP: "192.0.2.1" }, {}, { addresses: ["192.0.2.1"] }],
    ["the field, empty", { loadBalancerIP: "" }, {}, { addresses: [] }],
    ["an address", {}, { "metallb.io/loadBalancerIPs": "192.0.2.1" }, { addresses: ["192.0.2.1"] }],
    [
      "two addresses, in the order written",
      {},
      { "metallb.io/loadBalancerIPs": " 2001:db8::1 , 192.0.2.1" },
      { addresses: ["2001:db8::1", "192.0.2.1"] },
    ],
    ["deprecated", {}, { "metallb.universe.tf/loadBalancerIPs": "192.0.2.1" }, { addresses: ["192.0.2.1"] }],
    [
      "both prefixes",
      {},
      { "metallb.io/loadBalancerIPs": "192.0.2.1", "metallb.universe.tf/loadBalancerIPs": "192.0.2.2" },
      { addresses: ["192.0.2.1"] },
    ],
    [
      "today's is empty",
      {},
      { "metallb.io/loadBalancerIPs": "", "metallb.universe.tf/loadBalancerIPs": "192.0.2.2" },
      { addresses: ["192.0.2.2"] },
    ],
    ["a pool", {}, { "metallb.io/address-pool": "a" }, { addresses: [], pool: "a" }],
    [
      "a pool, both prefixes",
      {},
      { "metallb.io/address-pool": "a", "metallb.universe.tf/address-pool": "b" },
      { addresses: [], pool: "a" },
    ],
    [
      "a pool, today's is empty",
      {},
      { "metallb.io/address-pool": "", "metallb.universe.tf/address-pool": "b" },
      { addresses: [], pool: "b" },
    ],
    ["a key", {}, { "metallb.universe.tf/allow-shared-ip": "k" }, { addresses: [], sharingKey: "k" }],
    [
      "a key, today's is empty and wins",
      {},
      { "metallb.io/allow-shared-ip": "", "metallb.universe.tf/allow-shared-ip": "k" },
      { addresses: [] },
    ],
  ];
  for (const [name, spec, annotations, expected] of rows) t.same(asked(see(spec, annotations)), expected, name);
  t.end();
});

t.test("deprecated annotations are named", (t) => {
  const annotations = {
    "metallb.universe.tf/address-pool": "a",
    "metallb.universe.tf/allow-shared-ip": "",
    other: "x",
  };
  const names = ["metallb.universe.tf/address-pool", "metallb.universe.tf/allow-shared-ip"];
  t.same(see({}, annotations).view.deprecatedAnnotations, names);
  t.end();
});

t.test("a request that makes no sense is a problem, in the same words as in the view", (t) => {
  const ips = "metallb.io/loadBalancerIPs";
  const field = `metadata.annotations["${ips}"]`;
  const rows: readonly (readonly [object, object, string])[] = [
    [
      { loadBalancerIP: "192.0.2.300" },
      {},
      'spec.loadBalancerIP: "192.0.2.300" is not an IP address; write an IPv4 address such as 192.0.2.10 or an IPv6 address such as 2001:db8::10',
    ],
    [
      { loadBalancerIP: "192.0.2.1" },
      { [ips]: "192.0.2.1" },
      `${field}: asks for addresses beside spec.loadBalancerIP; write one of the two`,
    ],
    [
      {},
      { [ips]: "192.0.2.1,192.0.2.2" },
      `${field}: "192.0.2.1" and "192.0.2.2" are both IPv4; write at most one IPv4 and one IPv6 address`,
    ],
    [
      {},
      { [ips]: "2001:db8::1,2001:DB8::1" },
      `${field}: names "2001:DB8::1" twice; write at most one IPv4 and one IPv6 address`,
    ],
    [
      {},
      { [ips]: "192.0.2.0/24" },
      `${field}: "192.0.2.0/24" is a CIDR where one address belongs; write the address without / and what follows`,
    ],
    [
      {},
      { [ips]: "192.0.2.1,," },
      `${field}: "" is not an IP address; write an IPv4 address such as 192.0.2.10 or an IPv6 address such as 2001:db8::10`,
    ],
  ];
  for (const [spec, annotations, text] of rows) {
    const seen = see(spec, annotations);
    t.equal(asked(seen), text);
    t.same(seen.told, [`error Service default/a: ${text}`]);
  }
  t.same(see({ type: "ClusterIP", loadBalancerIP: "nonsense" }).told, [], "nobody asks for a Service of another type");
  t.end();
});

t.test("annotations misspelt are a warning", (t) => {
  const annotations = {
    "metallb.io/loadBalancerIP": "192.0.2.1",
    "metallb.universe.tf/colour": "red",
    "example.com/x": "",
  };
  t.same(see({}, annotations).told, [
    'warning Service default/a: metadata.annotations["metallb.io/loadBalancerIP"]: is not known and has no effect; did you mean metallb.io/loadBalancerIPs?',
    'warning Service default/a: metadata.annotations["metallb.universe.tf/colour"]: is not known and has no effect; remove it',
  ]);
  t.end();
});

t.test("what Services have in common is there once", (t) => {
  const [a, b] = ["10.96.0.7", "10.96.0.8"].map((clusterIP) => {
    const metadata = { labels: { tier: "web" }, annotations: { "metallb.io/address-pool": "production" } };
    return see({ ports: [{ port: 80 }, { port: 53, protocol: "UDP" }], clusterIP }, {}, { metadata }).view;
  });
  if (a === undefined || b === undefined) throw new Error("two Services were made");
  for (const field of ["labels", "ports", "families", "request", "deprecatedAnnotations"] as const) {
    t.equal(a[field], b[field], field);
  }
  t.same(a.request, { addresses: [], pool: "production" });
  t.end();
});

t.test("endpoints without conditions are ready and serving", (t) => {
  const slice = parsed({
    kind: "EndpointSlice",
    apiVersion: "discovery.k8s.io/v1",
    metadata: { name: "web-x", namespace: "default", labels: { "kubernetes.io/service-name": "web" } },
    addressType: "IPv4",
    endpoints: [
      { addresses: ["10.1.0.1"], nodeName: "n1" },
      { addresses: ["10.1.0.2"], conditions: { ready: false, serving: true, terminating: true } },
      { addresses: ["10.1.0.3"], conditions: { ready: false, serving: null } },
    ],
  });
  if (slice.kind !== "EndpointSlice") throw new Error("not an EndpointSlice");
  const { view, problems } = endpointSliceView(slice);
  t.match(view, { key: "default/web-x", service: "default/web" });
  t.strictSame(
    [...(view?.endpoints ?? [])],
    [
      { addresses: ["10.1.0.1"], nodeName: "n1", ready: true, serving: true, terminating: false },
      { addresses: ["10.1.0.2"], ready: false, serving: true, terminating: true },
      { addresses: ["10.1.0.3"], ready: false, serving: false, terminating: false },
    ],
  );
  t.same(problems, []);
  t.end();
});

t.test("a slice of no Service is a warning", (t) => {
  const slice = parsed({
    kind: "EndpointSlice",
    apiVersion: "discovery.k8s.io/v1",
    metadata: { namespace: "default" },
  });
  if (slice.kind !== "EndpointSlice") throw new Error("not an EndpointSlice");
  const { view, problems } = endpointSliceView(slice);
  t.equal(view, undefined);
  t.same(lines(problems), [
    'warning EndpointSlice default/a: metadata.labels["kubernetes.io/service-name"]: is missing, so the slice belongs to no Service; write the name of the Service',
  ]);
  t.end();
});

t.test("a Node has labels, internal addresses, and whether its network is unavailable", (t) => {
  const node = parsed({
    kind: "Node",
    metadata: { name: "n1", labels: { rack: "1" } },
    status: {
      conditions: [
        { type: "Ready", status: "False" },
        { type: "NetworkUnavailable", status: "True" },
      ],
      addresses: [
        { type: "InternalIP", address: "192.0.2.1" },
        { type: "InternalIP", address: "2001:db8::1" },
        { type: "Hostname", address: "n1" },
        { type: "ExternalIP", address: "203.0.113.1" },
      ],
    },
  });
  if (node.kind !== "Node") throw new Error("not a Node");
  const { view } = nodeView(node);
  t.same(
    { ...view, addresses: view.addresses.map(formatAddress) },
    {
      name: "n1",
      labels: { rack: "1" },
      networkUnavailable: true,
      addresses: ["192.0.2.1", "2001:db8::1"],
    },
  );
  const bare = parsed({ kind: "Node", metadata: { name: "n2" } });
  if (bare.kind !== "Node") throw new Error("not a Node");
  t.same(nodeView(bare).view, { name: "n2", labels: {}, networkUnavailable: false, addresses: [] });
  t.end();
});

t.test("a Namespace has labels", (t) => {
  const object = parsed({ kind: "Namespace", metadata: { name: "web", labels: { stage: "test" } } });
  if (object.kind !== "Namespace") throw new Error("not a Namespace");
  t.same(namespaceView(object), {
    view: { name: "web", labels: { stage: "test", "kubernetes.io/metadata.name": "web" } },
    problems: [],
  });
  t.end();
});

function nodeOf(more: object): NodeView {
  const object = parsed({ kind: "Node", metadata: { name: "n1" }, ...more });
  if (object.kind !== "Node") throw new Error("not a Node");
  return nodeView(object).view;
}

t.test("what says that a node is about to go", (t) => {
  const tainted = (key: string): NodeView => nodeOf({ spec: { taints: [{ key, effect: "NoSchedule" }] } });
  const ready = (status: string, message: string): NodeView =>
    nodeOf({ status: { conditions: [{ type: "Ready", status, message }] } });
  t.equal(nodeOf({}).leaving, undefined);
  t.equal(nodeOf({ metadata: { name: "n1", deletionTimestamp: "2026-01-31T08:15:30Z" } }).leaving, "is being deleted");
  t.equal(tainted("node.kubernetes.io/out-of-service").leaving, "has the taint node.kubernetes.io/out-of-service");
  t.equal(tainted("ToBeDeletedByClusterAutoscaler").leaving, "has the taint ToBeDeletedByClusterAutoscaler");
  t.equal(tainted("karpenter.sh/disrupted").leaving, "has the taint karpenter.sh/disrupted");
  t.equal(tainted("node.kubernetes.io/not-ready").leaving, undefined, "a node in trouble is not one that leaves");
  t.equal(ready("False", "node is shutting down").leaving, "is shutting down");
  t.equal(ready("Unknown", "Kubelet stopped posting node status.").leaving, undefined);
  t.match(nodeOf({ spec: { unschedulable: true } }), { cordoned: true, leaving: undefined });
  t.end();
});
