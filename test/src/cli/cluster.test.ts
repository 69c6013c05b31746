/** `herald why` and `herald status` of a cluster: by what its API server has. */
import t from "tap";
import { runCli } from "../../../src/cli/program.ts";
import { Exit } from "../../../src/cli/system.ts";
import { advertisement, peer, pool, raw } from "../../support/objects.ts";
import type { Written } from "../../support/objects.ts";
import { testSystem } from "../../support/test-system.ts";

function service(name: string, ips: readonly string[] = [], spec: object = {}): Written {
  return {
    kind: "Service",
    metadata: { name },
    spec: { type: "LoadBalancer", clusterIP: "10.96.0.10", ports: [{ port: 80 }], ...spec },
    status: { loadBalancer: { ingress: ips.map((ip) => ({ ip })) } },
  };
}

function node(name: string, address: string): Written {
  return { kind: "Node", metadata: { name }, status: { addresses: [{ type: "InternalIP", address }] } };
}

function slice(name: string, nodeName: string): Written {
  return {
    apiVersion: "discovery.k8s.io/v1",
    kind: "EndpointSlice",
    metadata: { name, namespace: "default", labels: { "kubernetes.io/service-name": name } },
    endpoints: [{ addresses: ["10.244.0.1"], nodeName, conditions: { ready: true } }],
  };
}

function announced(nodeName: string, name: string, untold = ""): unknown {
  return {
    status: {
      node: nodeName,
      serviceName: name,
      serviceNamespace: "default",
      peers: ["tor"],
      conditions: [{ type: "Announced", status: untold === "" ? "True" : "False", message: untold }],
    },
  };
}

const BASE = [
  pool("good", ["192.0.2.0/30"]),
  advertisement("good"),
  peer("tor"),
  node("n1", "10.0.0.11"),
  node("n2", "10.0.0.12"),
];

const lastTransitionTime = "2026-01-31T08:15:30Z";
const BFD_UP = { type: "rack.two/BFDUp", status: "True", reason: "Up", message: "profile fast", lastTransitionTime };
const BFD_DOWN = { ...BFD_UP, type: "tor/BFDUp", status: "False", reason: "Down", message: "profile fast: here Down" };

async function ask(args: readonly string[], written: readonly Written[], announcements: readonly unknown[] = []) {
  const system = testSystem();
  const states = [
    {
      metadata: { name: "speaker-n1" },
      status: {
        result: "Invalid",
        errorSummary: "first\nsecond",
        conditions: [{ type: "configReconcilerValid", status: "False" }, BFD_UP, BFD_DOWN],
      },
    },
    { metadata: { name: "controller" }, status: { result: "Valid" } },
  ];
  system.look = () =>
    Promise.resolve({
      name: "https://10.0.0.10:6443",
      events: [
        ...[...BASE, ...written].map((each) => ({ type: "upsert", object: raw(each) }) as const),
        { type: "synced" },
      ],
      states,
      announcements,
    });
  const exit = await runCli([...args, "--kubeconfig", "k"], system);
  return { exit, ...system.printed };
}

t.test("a Service that all is well with", async (t) => {
  const local = { externalTrafficPolicy: "Local" };
  const objects = [service("web", ["192.0.2.1"], local), slice("web", "n1")];
  const { exit, out } = await ask(["why", "web"], objects, [announced("n1", "web")]);
  t.match(out, /^default\/web\n {2}192\.0\.2\.1 of pool good\n {2}announced from n1 to tor: 192\.0\.2\.1\/32\n/);
  t.match(out, /node n2 serves \(externalTrafficPolicy Local\)/, "the other node says why not");
  t.match(out, /\n {2}BFD of n1 with tor is not up: profile fast: here Down\n/);
  t.equal(out.split("\n").length, 6);
  t.equal(exit, Exit.Ok);
});

t.test("what stands between a Service and its clients is said in the words of the agents", async (t) => {
  const objects = [service("web", ["192.0.2.1"]), slice("web", "n1")];
  const { exit, out } = await ask(["why", "web"], objects, [announced("n1", "web", "tor: the session is Connect")]);
  t.match(out, /not told from n1: tor: the session is Connect\n/);
  t.match(out, /not yet announced from n2 to tor: 192\.0\.2\.1\/32: no speaker of n2 says so; is one running\?\n/);
  t.equal(exit, Exit.Problems);
  const unwritten = await ask(["why", "default/web"], [service("web"), slice("web", "n1")]);
  t.match(unwritten.out, /no address\n {2}192\.0\.2\.0 is decided and not written yet: is a controller running\?\n/);
  const many = ["a", "b", "c", "d"].map((name, index) => service(name, [`192.0.2.${index}`]));
  const full = await ask(["why", "e"], [...many, service("e")]);
  t.match(
    full.out,
    /no address\n {2}has no address: it asks for an IPv4 address: pool good has no free IPv4 address\n {2}what to do: see what the events/,
  );
  t.equal(full.exit, Exit.Problems);
  const endless = await ask(["why", "web"], [service("web", ["192.0.2.1"])]);
  t.match(endless.out, /what to do: see that the selector of the Service finds Pods/);
  const none = await ask(["why", "shop/none"], []);
  t.equal(none.err, "error: https://10.0.0.10:6443 has no Service shop/none of type LoadBalancer\n");
});

t.test("with --live the agents of the nodes are asked, and one that does not answer is said", async (t) => {
  const { out } = await ask(["why", "web", "--live"], [service("web", ["192.0.2.1"]), slice("web", "n1")]);
  t.match(
    out,
    /n1 says\n {2}no agent answers at 10\.0\.0\.11:17472: .*\nn2 says\n {2}no agent answers at 10\.0\.0\.12:17472/,
  );
});

t.test("status shows agents, Services and problems", async (t) => {
  const objects = [service("web", ["192.0.2.1"]), slice("web", "n1"), pool("bad", ["192.0.2.0/33"])];
  const { exit, out } = await ask(["status"], objects, [announced("n1", "web"), announced("n2", "web", "tor: down")]);
  t.equal(exit, Exit.Ok);
  t.match(out, /^cluster https:\/\/10\.0\.0\.10:6443, 2 nodes\n/);
  t.match(out, /AGENT +CONFIGURATION +FIRST ERROR\n +controller +Valid\n +speaker-n1 +Invalid +first\n/);
  t.match(out, /default\/web +192\.0\.2\.1 +good +n1, n2 +n2: tor: down\n/);
  t.match(out, /error: IPAddressPool metallb-system\/bad: spec\.addresses\[0\]: /);
  const since = "2026-01-31T08:15:30Z";
  const bfd = new RegExp(
    `BFD\\n +NODE +PEER +STATE +SINCE +NOTE\\n +n1 +rack.two +Up +${since} +profile fast\\n +n1 +tor +Down +${since} +profile fast: here Down\\n`,
  );
  t.match(out, bfd);
  t.match(
    (await ask(["status", "--routes"], objects)).out,
    /^Routes\n +NODE [^]*n1 +tor +192\.0\.2\.1\/32 +default\/web/,
  );
  const json = JSON.parse((await ask(["status", "-o", "json"], objects, [announced("n1", "web")])).out) as object;
  t.match(json, {
    addresses: { "default/web": ["192.0.2.1"] },
    announcements: [{ node: "n1", service: "default/web" }],
  });
});
