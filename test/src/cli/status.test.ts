/** `herald status` and `herald why`: a running agent, asked. */
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { Test } from "tap";
import { runCli } from "../../../src/cli/program.ts";
import { Exit } from "../../../src/cli/system.ts";
import { VERSION } from "../../../src/cli/version.ts";
import { agentRoutes } from "../../../src/http/index.ts";
import { matchesGolden } from "../../support/golden.ts";
import { observed } from "../../support/observed.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { testSystem } from "../../support/test-system.ts";
import type { TestSystem } from "../../support/test-system.ts";

const CLUSTER = join(import.meta.dirname, "../../data/cli/cluster");

async function ask(agent: TestSystem, ...args: readonly string[]): Promise<{ exit: Exit; out: string; err: string }> {
  const printed = { out: "", err: "" };
  const system = {
    ...agent,
    out: (text: string) => void (printed.out += text),
    err: (text: string) => void (printed.err += text),
  };
  return { exit: await runCli(args, system), ...printed };
}

/** An agent that stands still. */
function still(): TestSystem {
  const system = testSystem();
  Object.assign(system.routes, agentRoutes(observed));
  return system;
}

async function running(t: Test, more = ""): Promise<TestSystem> {
  const system = testSystem();
  const config = join(temporaryFolder(t), "config");
  cpSync(CLUSTER, config, { recursive: true });
  if (more !== "") writeFileSync(join(config, "more.yaml"), more);
  const exit = runCli(["run", "--node-name", "n1", "--config", config, "--state", temporaryFolder(t)], system);
  t.teardown(() => {
    system.end("the test is over");
    return exit;
  });
  while (system.fake.table("tor").size === 0) await new Promise((resolve) => setImmediate(resolve));
  return system;
}

t.test("status of a standing agent is as in the golden file", async (t) => {
  const { exit, out } = await ask(still(), "status");
  t.equal(exit, Exit.Ok);
  matchesGolden(t, "cli/status.txt", out);
});

t.test("status shows the parts that are asked for", async (t) => {
  t.match((await ask(still(), "status", "--peers")).out, /^Peers\n[^]*tor-1/);
  t.notMatch((await ask(still(), "status", "--peers")).out, /Services/);
  t.match((await ask(still(), "status", "--services")).out, /^Services\n[^]*shop\/web/);
  t.match((await ask(still(), "status", "--routes")).out, /^Routes\n[^]*192\.0\.2\.0\/24 +shop\/web +no-export/);
  t.match((await ask(still(), "status", "--problems")).out, /^Problems\n {2}error: BGPPeer metallb-system\/tor-3/);
});

t.test("status of a running agent is what it does", async (t) => {
  const system = await running(t);
  const { exit, out } = await ask(system, "status", "-o", "json");
  t.equal(exit, Exit.Ok);
  t.match(JSON.parse(out), {
    version: VERSION,
    roles: ["controller", "speaker"],
    node: "n1",
    ready: true,
    backend: "fake",
    peers: [{ peer: "tor", state: "Established" }],
    routes: [{ peer: "tor", prefix: "192.0.2.1/32", services: ["default/web"] }],
  });
  t.match(await ask(system, "why", "web"), {
    exit: Exit.Ok,
    out: /^default\/web\n {2}192\.0\.2\.1 of pool pool\n {2}announced from n1 to tor: 192\.0\.2\.1\/32/,
  });
});

const WHY: readonly { readonly name: string; readonly service: string; readonly exit: Exit; readonly out: RegExp }[] = [
  {
    name: "who is told and who is not yet",
    service: "shop/web",
    exit: Exit.Problems,
    out: /^shop\/web\n {2}192\.0\.2\.1, 2001:db8::1 of pool public\n {2}announced from n1 to tor-1: 192\.0\.2\.0\/24 with no-export, large:64500:1:2, localPref 200, a session up since 2026-01-31T08:15:30\.000Z\n {2}not sent to tor-1: 2001:db8::1\/128: the peer has not agreed to IPv6 routes\n {2}not yet announced from n1 to tor-2 \(192\.0\.2\.1\/32\): the session is Active: connection refused\n {2}warning: Service shop\/web: something is old\n {2}error: BGPPeer metallb-system\/tor-3: spec\.myASN: is missing\n$/,
  },
  {
    name: "why there is no address",
    service: "late",
    exit: Exit.Problems,
    out: /^default\/late\n {2}no address\n {2}pool public has no IPv4 address left\n/,
  },
  {
    name: "why nobody is told",
    service: "default/dns",
    exit: Exit.Problems,
    out: /no endpoint of default\/dns on node n1/,
  },
];

for (const { name, service, exit, out } of WHY) {
  t.test(`why says ${name}`, async (t) => {
    t.match(await ask(still(), "why", service), { exit, out, err: "" });
  });
}

t.test("why of a Service that is no load balancer says so", async (t) => {
  const inside = "apiVersion: v1\nkind: Service\nmetadata: {name: inside}\nspec: {ports: [{port: 80}]}\n";
  const system = await running(t, inside);
  t.match((await ask(system, "why", "inside")).out, /default\/inside is of type ClusterIP, not LoadBalancer/);
});

t.test("why of a Service that nobody knows", async (t) => {
  t.match(await ask(still(), "why", "shop/nothing"), {
    exit: Exit.Problems,
    err: "error: the agent knows no Service shop/nothing\n",
  });
  t.match(await ask(still(), "why", "a/b/c"), {
    exit: Exit.Usage,
    err: /a\/b\/c is no Service; write NAMESPACE\/NAME/,
  });
});

t.test("where nothing answers, the message says what to do", async (t) => {
  const { exit, err } = await ask(testSystem(), "status");
  t.equal(exit, Exit.Failure);
  t.match(err, /no agent answers at 127\.0\.0\.1:17472: .*ECONNREFUSED.*; start one, or name its address with --http/);
  const other = testSystem();
  other.routes["/status"] = () => ({ status: 200, body: "{}" });
  t.match((await ask(other, "why", "web", "--http", "[::1]:80")).err, /what answers at \[::1\]:80 is no Herald agent/);
  t.match((await ask(other, "status", "--http", "off")).err, /An agent without HTTP cannot be asked/);
});

t.test("no secret is in status or metrics", async (t) => {
  const peer =
    "apiVersion: metallb.io/v1beta2\nkind: BGPPeer\nmetadata: {name: guarded, namespace: metallb-system}\nspec: {myASN: 64500, peerASN: 64501, peerAddress: 10.0.0.9, password: hush-hush}\n";
  const system = await running(t, peer);
  for (const path of ["/status", "/metrics"]) {
    const reply = await system.routes[path]?.(new URLSearchParams());
    t.match(reply?.body, path === "/status" ? /guarded/ : /10\.0\.0\.9:179/);
    t.notMatch(reply?.body, /hush/);
  }
});
