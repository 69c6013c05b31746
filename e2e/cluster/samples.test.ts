import { existsSync, globSync } from "node:fs";
import { basename, join } from "node:path";
import t from "tap";
import { WORKERS, until } from "../lab/index.ts";
import { HeraldCluster, NAMESPACE, ROOT, samples, THEIRS } from "./herald.ts";
import { configured } from "./manifests.ts";
import { converged } from "./routes.ts";
import type { Routes } from "./routes.ts";
import { leaveTimings } from "./timings.ts";
import { deployment, service } from "./workloads.ts";

const OURS = join(ROOT, "config/samples");
const ALL = WORKERS.join(" ");

interface Sample {
  /** Files as they are; "theirs/x" where they lie beside the checkout. */
  readonly files: readonly string[];
  /** What is needed beside them: what runs is called web, shop, dns and nginx. */
  readonly more?: readonly string[];
  /** In both routers, and no others. */
  readonly routes: Routes;
  /** What `herald why` says of a Service. */
  readonly why?: readonly [service: string, text: RegExp];
}

function lb(
  name: string,
  annotations: Readonly<Record<string, string>> = {},
  spec: object = {},
  namespace = "default",
): string {
  const base = JSON.parse(service(name, { selector: { app: "web" }, ...spec }, namespace)) as { metadata: object };
  return JSON.stringify({ ...base, metadata: { ...base.metadata, annotations } });
}

const from = (pool: string) => ({ "metallb.io/address-pool": pool });
const advertise = JSON.stringify(configured("BGPAdvertisement", "beside", {}));
const pool = (name: string, range: string): string =>
  JSON.stringify(configured("IPAddressPool", name, { addresses: [range] }));
const LAYER2 = /no BGPAdvertisement covers pool .*; L2Advertisement \w+ does, and BGP alone is spoken so far/;

const SAMPLES: readonly Sample[] = [
  {
    files: ["theirs/bgp-one-pool", "theirs/pool-mixed"],
    more: [lb("a"), lb("b", {}, { ipFamilyPolicy: "RequireDualStack" })],
    routes: { "192.168.10.0/32": ALL, "192.168.10.1/32": ALL, "fc00:f853:ccd:e799::/128": ALL },
  },
  {
    files: ["theirs/production-sandbox"],
    more: [lb("a", from("production")), lb("b", from("sandbox"))],
    routes: { "42.176.25.64/32": ALL, "192.168.144.0/32": `${ALL}, 1234:1` },
  },
  {
    files: ["theirs/service-from-pool"],
    more: [pool("other", "198.51.100.0/28"), advertise],
    routes: {},
    why: ["nginx", /no address[^]*there is no pool production-public-ips/],
  },
  {
    files: ["theirs/service-from-pool"],
    more: [pool("production-public-ips", "198.51.100.0/28"), advertise],
    routes: { "198.51.100.0/32": ALL },
  },
  { files: ["theirs/shared-dns"], more: [pool("dns", "1.2.3.0/24"), advertise], routes: { "1.2.3.4/32": ALL } },
  { files: ["theirs/layer2"], more: [lb("a")], routes: {}, why: ["a", LAYER2] },
  {
    files: ["theirs/layer2-one-pool"],
    more: [pool("first-pool", "192.168.1.240-192.168.1.250"), lb("a")],
    routes: {},
    why: ["a", LAYER2],
  },
  {
    files: ["theirs/bfd", "theirs/bgp-one-pool", "theirs/pool-mixed"],
    more: [lb("a")],
    routes: { "192.168.10.0/32": ALL },
  },
  {
    files: ["pool", "service-cluster", "service-dual-stack", "service-local", "service-shared"],
    routes: {
      "192.0.2.1/32": ALL,
      "192.0.2.2/32": ALL,
      "192.0.2.10/32": ALL,
      "192.0.2.53/32": ALL,
      "2001:db8:0:1::/128": ALL,
    },
  },
  {
    files: ["production-sandbox", "service-pool"],
    more: [
      JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name: "sandbox" } }),
      deployment("web", { namespace: "sandbox" }),
      lb("tried", {}, {}, "sandbox"),
    ],
    routes: {
      "203.0.113.0/28": ALL,
      "203.0.113.0/32": ALL,
      "198.18.0.0/32": `${ALL}, 64500:1 no-export`,
    },
  },
  { files: ["policy"], more: [lb("a")], routes: { "203.0.113.0/32": ALL } },
  {
    files: ["weighted"],
    more: [lb("a", {}, { externalTrafficPolicy: "Local" })],
    routes: { "192.0.2.0/32": ALL },
  },
  { files: ["layer2"], more: [lb("a")], routes: {}, why: ["a", LAYER2] },
  { files: ["peers", "pool", "service-cluster"], routes: { "192.0.2.1/32": ALL } },
  { files: ["peer-v1beta1", "pool", "service-cluster"], routes: { "192.0.2.1/32": ALL } },
  { files: ["bfd", "pool", "service-cluster"], routes: { "192.0.2.1/32": ALL } },
];

function pathOf(name: string): string {
  return name.startsWith("theirs/") ? join(THEIRS, `${basename(name)}.yaml`) : join(OURS, `${name}.yaml`);
}

if (process.getuid?.() !== 0) t.plan(0, "needs root: a cluster is made of network namespaces");
else {
  t.setTimeout(300_000);
  t.test("samples applied with kubectl as they are", async (t) => {
    leaveTimings(t, import.meta.filename);
    // bgp.yaml names a router of its own: e2e/cluster/announce.test.ts begins with it.
    const all = [
      ...globSync("*.yaml", { cwd: OURS }),
      ...globSync("*.yaml", { cwd: THEIRS }).map((file) => `theirs/${file}`),
    ];
    const used = new Set([...SAMPLES.flatMap(({ files }) => files), "theirs/bgp"]);
    t.same(
      all.filter((file) => !used.has(file.replace(".yaml", ""))),
      [],
      "each sample is one of these",
    );

    await using herald = await HeraldCluster.up(samples("network/peers"));
    const { cluster } = herald;
    for (const name of ["web", "shop", "dns", "nginx"]) await cluster.apply(deployment(name));
    for (const name of ["web", "shop", "dns", "nginx"]) {
      await cluster.kubectl(["rollout", "status", `deployment/${name}`, "--timeout=60s"]);
    }

    for (const { files, more = [], routes, why } of SAMPLES) {
      const paths = files.map(pathOf);
      if (!paths.every((path) => existsSync(path))) {
        t.comment(`${files.join(", ")}: they do not lie beside the checkout`);
        continue;
      }
      await t.test(`${files.join(", ")}: ${Object.keys(routes).join(", ") || String(why?.[1])}`, async () => {
        const named = paths.flatMap((path) => ["-f", path]);
        await cluster.kubectl(["apply", ...named]);
        for (const manifest of more) await cluster.apply(manifest);
        await converged(herald, routes);
        if (why !== undefined) {
          const [name, text] = why;
          let said = "";
          const explained = async (): Promise<true | undefined> => {
            said = await herald.herald("why", name).catch((error: Error) => error.message);
            return text.test(said) || undefined;
          };
          await until(`why ${name}`, explained, { seen: () => said });
        }
        const errors = [
          "get",
          "configurationstates",
          "-n",
          NAMESPACE,
          "-o",
          "jsonpath={.items[*].status.errorSummary}",
        ];
        // What refers to what comes after it is wrong until then.
        let wrong = "";
        const none = async (): Promise<true | undefined> => {
          wrong = await cluster.kubectl(errors);
          return wrong === "" || undefined;
        };
        await until("nothing to be wrong with them", none, { seen: () => wrong });
        const input = [...more].reverse().join("\n---\n");
        if (more.length > 0) await cluster.kubectl(["delete", "--ignore-not-found", "-f", "-"], { input });
        await cluster.kubectl(["delete", "--ignore-not-found", ...named]);
        await converged(herald, {});
      });
    }
  });
}
