/** The real process among what users and machines do to it. Traffic stays on loopback. */
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import t from "tap";
import type { Test } from "tap";
import { HeraldProcess, LoopbackRouter } from "../../support/herald-process.ts";
import type { HeraldOptions } from "../../support/herald-process.ts";
import { onePeer } from "../../support/one-peer.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const IS_ROOT = process.getuid?.() === 0;
const NOBODY = 65534;

t.setTimeout(120_000);

function network(port: number): string {
  return `${onePeer("tor", port)}---
apiVersion: v1
kind: Node
metadata: {name: n1}
status: {addresses: [{type: InternalIP, address: 127.0.0.1}]}
`;
}

function service(name: string, more = ""): string {
  return `apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {type: LoadBalancer, ports: [{port: 80}]${more}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: ${name}-1, namespace: default, labels: {kubernetes.io/service-name: ${name}}}
addressType: IPv4
endpoints: [{addresses: [10.1.0.1], nodeName: n1}]
`;
}

interface Running {
  readonly router: LoopbackRouter;
  readonly config: string;
  readonly state: string;
  readonly herald: HeraldProcess;
}

/** Announces one Service, 198.51.100.0/32. */
async function run(t: Test, options: HeraldOptions & { readonly state?: string } = {}): Promise<Running> {
  const router = await LoopbackRouter.start(t, 64501);
  const config = join(temporaryFolder(t), "config");
  const state = options.state ?? join(temporaryFolder(t), "state");
  mkdirSync(config);
  writeFileSync(join(config, "network.yaml"), network(router.port));
  writeFileSync(join(config, "web.yaml"), service("web"));
  const args = ["run", "--config", config, "--state", state, "--node-name", "n1", "--http", "off"];
  const herald = new HeraldProcess(t, args, options);
  await Promise.race([router.holds("198.51.100.0/32"), herald.ended.then(({ stderr }) => Promise.reject(stderr))]);
  return { router, config, state, herald };
}

t.test("whatever else lies in the folder, one bad file or object hurts only itself", async (t) => {
  const { router, config, herald } = await run(t);
  const put = (name: string, text: string | Uint8Array): void => writeFileSync(join(config, name), text);
  put("broken.yaml", "kind: Service\n\tmetadata: x\n");
  put("binary.yaml", Uint8Array.of(0xff, 0xfe, 0x00));
  put("huge.yaml", new Uint8Array(17 * 1024 * 1024).fill(0x61));
  put("typo.yaml", service("typo", ", externalTraficPolicy: Local"));
  put("type.yaml", service("type").replace("[{port: 80}]", "80"));
  put("twice.yaml", service("web"));
  put(
    "pool.yaml",
    "apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\nmetadata: {name: none}\nspec: {addresses: []}\n",
  );
  symlinkSync(".", join(config, "loop"));
  symlinkSync("nowhere", join(config, "dangling.yaml"));
  put("last.yaml", service("last"));
  await router.holds("198.51.100.0/32", "198.51.100.1/32", "198.51.100.2/32");
  const expected = [
    "problem: Service: a tab indents this line; indent with spaces (broken.yaml:2)",
    "problem: binary.yaml is not UTF-8 text (binary.yaml:1)",
    "problem: huge.yaml has 17825792 bytes; at most 16777216 are read (huge.yaml:1)",
    "problem: dangling.yaml is a link to nothing (dangling.yaml:1)",
    "problem: Service default/typo: spec.externalTraficPolicy: is not a field of this kind and has no effect; did you mean externalTrafficPolicy? (typo.yaml:1)",
    "problem: Service default/web is written here and at twice.yaml:1, which counts; remove one of them (web.yaml:1)",
    "problem: IPAddressPool default/none: spec.addresses: the list is empty; write at least one CIDR or range, such as 192.0.2.0/24 (pool.yaml:1)",
  ];
  for (const sentence of expected) await herald.said(JSON.stringify(sentence.slice("problem: ".length)).slice(1, -1));
  t.same(
    expected.filter((sentence) => !herald.warnings.includes(sentence)),
    [],
  );
  for (const name of readdirSync(config)) if (!["network.yaml", "web.yaml"].includes(name)) rmSync(join(config, name));
  await router.holds("198.51.100.0/32");
  t.equal((await herald.stop()).code, 0);
});

t.test("a port in use keeps it from starting, in one sentence", async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const folder = temporaryFolder(t);
  const args = ["run", "--config", folder, "--state", join(folder, "state"), "--node-name", "n1"];
  const { code, stderr } = await new HeraldProcess(t, [...args, "--http", `127.0.0.1:${port}`]).ended;
  t.equal(code, 3);
  t.match(
    stderr,
    `error: listen 127.0.0.1:${port}: EADDRINUSE: address already in use; another process listens there; name another address with --http\n`,
  );
  t.same(readdirSync(folder), [], "and it has written nothing");
});

t.test("a BGP port in use is said, tried again, and had once it is free; the agent goes on meanwhile", async (t) => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const folder = temporaryFolder(t);
  const args = ["run", "--config", folder, "--state", join(folder, "state"), "--node-name", "n1", "--http", "off"];
  const herald = new HeraldProcess(t, [...args, "--bgp-listen", `127.0.0.1:${port}`]);
  await herald.said("EADDRINUSE: address already in use; another process listens there");
  await herald.said("source synced");
  await new Promise((resolve) => server.close(resolve));
  await herald.said("listening after all");
  t.equal((await herald.stop()).code, 0);
});

/** The folder that holds this repository may be closed to other users. */
function reachable(): boolean {
  const min = Number(readFileSync("/proc/sys/net/ipv4/ip_unprivileged_port_start", "utf8"));
  return IS_ROOT && min > 80;
}

t.test("a port below 1024 without the right to it says which right", { skip: !reachable() }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "herald-test-"));
  t.teardown(() => rmSync(folder, { recursive: true }));
  chmodSync(folder, 0o777);
  const args = ["run", "--config", folder, "--state", join(folder, "state"), "--node-name", "n1"];
  const { code, stderr } = await new HeraldProcess(t, [...args, "--http", "127.0.0.1:80"], { uid: NOBODY }).ended;
  t.equal(code, 3);
  t.match(
    stderr,
    "error: listen 127.0.0.1:80: EACCES: permission denied; a port below 1024 needs CAP_NET_BIND_SERVICE; name another address with --http\n",
  );
});

t.test("on a full disk it goes on, says so once, and catches up when there is room", { skip: !IS_ROOT }, async (t) => {
  const state = temporaryFolder(t);
  const mounted = 'mount -t tmpfs -o size=1m herald "$0" && exec "$@"';
  const { router, config, herald } = await run(t, { state, through: ["unshare", "-m", "sh", "-c", mounted, state] });
  // The folder as the process sees it.
  const inside = join(`/proc/${herald.pid}/root`, state);
  const renewed = (): unknown =>
    (JSON.parse(readFileSync(join(inside, "lease.json"), "utf8")) as { renewed: unknown }).renewed;
  t.throws(() => writeFileSync(join(inside, "filler"), new Uint8Array(2 << 20)), { code: "ENOSPC" });
  writeFileSync(join(config, "db.yaml"), service("db"));
  await herald.said("status not written; trying again");
  // What needs no state file works: a Service loses its endpoint, and gets it back.
  writeFileSync(
    join(config, "web.yaml"),
    service("web").replace("nodeName: n1", "nodeName: n1, conditions: {ready: false}"),
  );
  await router.holds();
  writeFileSync(join(config, "web.yaml"), service("web"));
  await router.holds("198.51.100.0/32");
  for (const before = renewed(); renewed() === before;) await new Promise(setImmediate);
  rmSync(join(inside, "filler"));
  await router.holds("198.51.100.0/32", "198.51.100.1/32");
  await herald.said("status is written again");
  t.same(herald.warnings, ["status not written; trying again: no space left on device (ENOSPC)"]);
});

t.test("a state file that is removed while it runs is written again", async (t) => {
  const { router, state, herald } = await run(t);
  const web = join(state, "services/default/web.yaml");
  rmSync(web);
  while (!existsSync(web)) await new Promise(setImmediate);
  t.match(readFileSync(web, "utf8"), /198\.51\.100\.0/);
  await router.holds("198.51.100.0/32");
  t.equal((await herald.stop()).code, 0);
});

t.test("a configuration that is swapped behind a link takes effect as a whole", async (t) => {
  const { router, config, herald } = await run(t);
  const next = join(temporaryFolder(t), "next");
  mkdirSync(next);
  writeFileSync(join(next, "network.yaml"), network(router.port));
  writeFileSync(join(next, "all.yaml"), `${service("web")}---\n${service("db")}`);
  renameSync(config, `${config}.old`);
  symlinkSync(next, `${config}.new`);
  renameSync(`${config}.new`, config);
  await router.holds("198.51.100.0/32", "198.51.100.1/32");
  t.same(
    herald.warnings.filter((warning) => !warning.includes("does not exist")),
    [],
  );
});

t.test("a Service under another name has another address, and the old one goes", async (t) => {
  const { router, config, state } = await run(t);
  writeFileSync(join(config, "web.yaml"), service("shop"));
  await router.holds("198.51.100.1/32");
  const services = join(state, "services/default");
  while (readdirSync(services).join() !== "shop.yaml") await new Promise(setImmediate);
});
