import { chmodSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname } from "node:path";
import type { AddressInfo } from "node:net";
import type { ServerOptions } from "node:https";
import type { TLSSocket } from "node:tls";
import t from "tap";
import type { Test } from "tap";
import { clusterCredentials, httpClient } from "../../../../src/net/kubernetes/index.ts";
import type { ClusterCredentials } from "../../../../src/net/kubernetes/index.ts";
import { kubeconfigCredentials } from "../../../../src/net/kubernetes/kubeconfig.ts";
import { plainKubeconfig } from "../../../../src/net/kubernetes/plain-kubeconfig.ts";
import { serviceAccountCredentials } from "../../../../src/net/kubernetes/service-account.ts";
import { certificate } from "../../../support/certificate.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { httpScript, reply } from "../../../support/http-script.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

const ROOT = { name: "test-ca", ...certificate("test-ca") };
const SERVER: ServerOptions = { ...certificate("server", ROOT), ca: ROOT.cert };

/** Answers only to who shows the accepted token. */
async function guarded(t: Test, accepted: { token: string }, tls: ServerOptions = SERVER) {
  return httpScript(
    t,
    ({ headers }, response) => {
      const good = headers.authorization === `Bearer ${accepted.token}`;
      reply(response, good ? 200 : 401, good ? { ok: true } : { reason: "Unauthorized" });
    },
    tls,
  );
}

function kubeconfig(t: Test, server: string, user: unknown, cluster: Record<string, unknown> = {}): string {
  const file = `${temporaryFolder(t)}/kubeconfig`;
  writeKubeconfig(file, server, user, cluster);
  return file;
}

function writeKubeconfig(file: string, server: string, user: unknown, cluster: Record<string, unknown> = {}): void {
  const ca = Buffer.from(ROOT.cert).toString("base64");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "here",
    contexts: [{ name: "here", context: { cluster: "lab", user: "me", namespace: "metallb-system" } }],
    clusters: [{ name: "lab", cluster: { server, "certificate-authority-data": ca, ...cluster } }],
    users: [{ name: "me", user }],
  };
  writeFileSync(file, JSON.stringify(config));
}

function pod(name: string): string | undefined {
  return { KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "443" }[name];
}

const env = (): undefined => undefined;

function read(file: string, clock = new FakeClock()): Promise<ClusterCredentials> {
  return clusterCredentials({ kubeconfig: file, env, clock });
}

type Read = (file: string, clock?: FakeClock) => Promise<ClusterCredentials>;

/** Plain files are read by two: what one makes of them the other does. */
const READERS: Readonly<Record<string, Read>> = {
  "read here": read,
  "read by the library": async (file, clock = new FakeClock()) => kubeconfigCredentials({ file, clock }),
};

function ask(t: Test, credentials: ClusterCredentials): Promise<unknown> {
  const client = httpClient({ credentials, clock: new FakeClock() });
  t.teardown(() => client.close());
  return client.request({ method: "GET", path: "/api" });
}

for (const [how, reader] of Object.entries(READERS)) {
  t.test(`a token of a kubeconfig is shown, and read again when it is refused, ${how}`, async (t) => {
    const accepted = { token: "one" };
    const server = await guarded(t, accepted);
    const file = kubeconfig(t, server.url, { token: "one" });
    const credentials = await reader(file);
    t.equal(credentials.namespace, "metallb-system");
    t.same(await ask(t, credentials), { ok: true });
    accepted.token = "two";
    writeKubeconfig(file, server.url, { token: "two" });
    t.same(await ask(t, credentials), { ok: true });
    accepted.token = "three";
    await t.rejects(ask(t, credentials), { message: /401 Unauthorized/ });
  });
}

t.test("the token of a pod is read again after a while, and at once when it is refused", async (t) => {
  const accepted = { token: "one" };
  const server = await guarded(t, accepted);
  const folder = temporaryFolder(t);
  const give = (token: string): void => {
    accepted.token = token;
    writeFileSync(`${folder}/new`, `${token}\n`);
    renameSync(`${folder}/new`, `${folder}/token`);
  };
  give("one");
  writeFileSync(`${folder}/ca.crt`, ROOT.cert);
  writeFileSync(`${folder}/namespace`, "metallb-system");
  const clock = new FakeClock();
  const { hostname: host, port } = new URL(server.url);
  const credentials = serviceAccountCredentials({ host, port, clock, folder });
  t.equal(credentials.namespace, "metallb-system");
  t.same(await ask(t, credentials), { ok: true });
  give("two");
  clock.advance(10_000);
  t.same(await ask(t, credentials), { ok: true });
  t.equal(server.seen.length, 2, "the old token was not shown again");
  give("three");
  t.same(await ask(t, credentials), { ok: true });
  t.equal(server.seen.length, 4, "it was shown, and refused");
});

t.test("in a pod its ServiceAccount counts, unless a kubeconfig is named", async (t) => {
  const clock = new FakeClock();
  await t.rejects(clusterCredentials({ env: pod, clock }), {
    message: /^ServiceAccount: .*token: no such file .*automountServiceAccountToken.*--kubeconfig/,
  });
  const file = kubeconfig(t, "https://127.0.0.1:1", { token: "x" });
  t.match(await clusterCredentials({ kubeconfig: file, env: pod, clock }), { server: "https://127.0.0.1:1" });
  const folder = temporaryFolder(t);
  for (const name of ["token", "ca.crt", "namespace"]) writeFileSync(`${folder}/${name}`, name);
  t.match(serviceAccountCredentials({ host: "fd00::1", port: "443", clock, folder }), {
    server: "https://[fd00::1]:443",
  });
});

for (const [how, reader] of Object.entries(READERS)) {
  t.test(`a client certificate is shown, and a rotated one on new connections, ${how}`, async (t) => {
    const names: unknown[] = [];
    const tls = { ...SERVER, requestCert: true, rejectUnauthorized: true };
    const server = await httpScript(
      t,
      ({ socket }, response) => {
        names.push((socket as TLSSocket).getPeerCertificate().subject.CN);
        reply(response, 200, {});
      },
      tls,
      { http2: true },
    );
    const folder = temporaryFolder(t);
    const rotate = (name: string): void => {
      const { cert, key } = certificate(name, ROOT);
      writeFileSync(`${folder}/tls.crt`, cert);
      writeFileSync(`${folder}/tls.key`, key);
    };
    rotate("first");
    const file = kubeconfig(t, server.url, {
      "client-certificate": `${folder}/tls.crt`,
      "client-key": `${folder}/tls.key`,
    });
    const clock = new FakeClock();
    const client = httpClient({ credentials: await reader(file, clock), clock });
    t.teardown(() => client.close());
    const get = (): Promise<unknown> => client.request({ method: "GET", path: "/api" });
    await get();
    rotate("second");
    await get();
    t.equal(server.connections(), 1, "connections are kept as long as nothing changed");
    clock.advance(10_000);
    await get();
    t.same(names, ["first", "first", "second"]);
  });
}

for (const [how, reader] of Object.entries(READERS)) {
  t.test(`a server that the authority of the cluster did not sign is not talked to, ${how}`, async (t) => {
    const accepted = { token: "one" };
    const server = await guarded(t, accepted, certificate("stranger"));
    const error = await ask(t, await reader(kubeconfig(t, server.url, { token: "one" }))).catch((e: unknown) => e);
    t.match(error, { status: 0, reason: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    t.equal(server.seen.length, 0);
    const insecure = { "insecure-skip-tls-verify": true, "certificate-authority-data": undefined };
    t.same(await ask(t, await reader(kubeconfig(t, server.url, { token: "one" }, insecure))), { ok: true });
  });
}

t.test(
  "an exec plugin is asked for a token, knows the cluster, and is asked again when the token is refused",
  async (t) => {
    const accepted = { token: "token-1" };
    const server = await guarded(t, accepted);
    const folder = temporaryFolder(t);
    const script = `${folder}/plugin`;
    writeFileSync(
      script,
      `#!/bin/sh
echo x >> ${folder}/runs
echo "$KUBERNETES_EXEC_INFO" > ${folder}/info
printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"token-%d"}}' "$(wc -l < ${folder}/runs)"
`,
    );
    chmodSync(script, 0o755);
    const exec = { apiVersion: "client.authentication.k8s.io/v1", command: script, provideClusterInfo: true };
    const credentials = await read(kubeconfig(t, server.url, { exec }));
    t.same(await ask(t, credentials), { ok: true });
    t.same(await ask(t, credentials), { ok: true });
    accepted.token = "token-2";
    t.same(await ask(t, credentials), { ok: true });
    t.match(JSON.parse(readFileSync(`${folder}/info`, "utf8")), { spec: { cluster: { server: server.url } } });
  },
);

t.test("an exec plugin that fails is an error, and is asked again by the next request", async (t) => {
  const folder = temporaryFolder(t);
  const server = await guarded(t, { token: "late" });
  writeFileSync(
    `${folder}/plugin`,
    `#!/bin/sh\n[ -e ${folder}/ready ] || { echo "not logged in" >&2; exit 1; }\necho '{"status":{"token":"late"}}'\n`,
    { mode: 0o755 },
  );
  const exec = { apiVersion: "client.authentication.k8s.io/v1", command: `${folder}/plugin` };
  const credentials = await read(kubeconfig(t, server.url, { exec }));
  await t.rejects(ask(t, credentials), { message: /user "me": there are no credentials: not logged in$/ });
  writeFileSync(`${folder}/ready`, "");
  t.same(await ask(t, credentials), { ok: true });
});

/** A token that runs out at a time, signed by nobody. */
function jsonWebToken(name: string, expires: number): string {
  const parts = [{ alg: "none" }, { sub: name, exp: Math.floor(expires / 1000) }];
  return [...parts.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")), "c2ln"].join(".");
}

t.test("an expired token is exchanged with the OIDC issuer, as long as the refresh token is good", async (t) => {
  const fresh = [1, 2].map((n) => jsonWebToken(`fresh-${n}`, Date.now() + 3_600_000));
  const accepted = { token: fresh[0] ?? "" };
  const server = await guarded(t, accepted);
  let exchanges = 0;
  const issuer = await httpScript(
    t,
    ({ url, body }, response) => {
      if (url.startsWith("/.well-known/")) {
        return reply(response, 200, { issuer: issuer.url, token_endpoint: `${issuer.url}/token` });
      }
      if (new URLSearchParams(body).get("refresh_token") !== "refresh")
        return reply(response, 400, { error: "invalid_grant" });
      exchanges += 1;
      const answer = { access_token: "a", token_type: "bearer", id_token: fresh[exchanges - 1], expires_in: 3600 };
      return reply(response, 200, answer);
    },
    SERVER,
  );
  const config = {
    "client-id": "herald",
    "id-token": jsonWebToken("stale", Date.now() - 60_000),
    "refresh-token": "refresh",
    "idp-issuer-url": issuer.url,
    "idp-certificate-authority-data": Buffer.from(ROOT.cert).toString("base64"),
  };
  const clock = new FakeClock();
  const credentials = await clusterCredentials({
    kubeconfig: kubeconfig(t, server.url, { "auth-provider": { name: "oidc", config } }),
    env,
    clock: {
      now: () => clock.now(),
      wall: () => Date.now() + clock.now(),
      setTimer: (ms, fire) => clock.setTimer(ms, fire),
    },
  });
  t.same(await ask(t, credentials), { ok: true });
  clock.advance(3_000_000);
  t.same(await ask(t, credentials), { ok: true });
  t.equal(exchanges, 1, "a token is used as long as it is good");
  clock.advance(600_000);
  accepted.token = fresh[1] ?? "";
  t.same(await ask(t, credentials), { ok: true });
  t.equal(exchanges, 2, "the refresh token of the file is still known");
});

t.test("what is wrong with a kubeconfig is said, and nothing that it holds", async (t) => {
  const folder = temporaryFolder(t);
  await t.rejects(read(`${folder}/none`), { message: `kubeconfig ${folder}/none: no such file or directory (ENOENT)` });
  writeFileSync(`${folder}/broken`, "users: [{name: me, user: {token: hidden}}\n  x");
  const error = await read(`${folder}/broken`).catch((e: unknown) => e);
  t.match(error, { message: /it is no kubeconfig/ });
  t.notMatch(String(error), "hidden");
  writeFileSync(`${folder}/nowhere`, "clusters: []\nusers: []\ncontexts: []\ncurrent-context: gone\n");
  await t.rejects(read(`${folder}/nowhere`), { message: /current context "gone" names no cluster/ });
});

t.test("a file with more than texts and files in it is left to the library", (t) => {
  const clock = new FakeClock();
  const plain = (user: object, cluster = {}): boolean =>
    plainKubeconfig(kubeconfig(t, "https://127.0.0.1:1", user, cluster), clock) !== undefined;
  t.ok(plain({ token: "x" }));
  t.ok(plain({}));
  for (const user of [{ exec: { command: "x" } }, { "auth-provider": { name: "oidc" } }, { as: "other", token: "x" }]) {
    t.notOk(plain(user), JSON.stringify(user));
  }
  t.notOk(plain({ token: "x" }, { "proxy-url": "http://127.0.0.1:2" }));
  t.end();
});

t.test("a token file counts before a token, as it may be newer, and is found beside the kubeconfig", async (t) => {
  const accepted = { token: "newer" };
  const server = await guarded(t, accepted);
  const file = kubeconfig(t, server.url, { token: "older", tokenFile: "token" });
  writeFileSync(`${dirname(file)}/token`, "newer\n");
  t.same(await ask(t, await read(file)), { ok: true });
});

t.test("without kubeconfig and pod there is no cluster", async (t) => {
  const { HOME, KUBECONFIG } = process.env;
  t.teardown(() => {
    if (HOME !== undefined) process.env["HOME"] = HOME;
    if (KUBECONFIG !== undefined) process.env["KUBECONFIG"] = KUBECONFIG;
  });
  process.env["HOME"] = temporaryFolder(t);
  delete process.env["KUBECONFIG"];
  await t.rejects(clusterCredentials({ env, clock: new FakeClock() }), { message: /^no cluster: .*use --kubeconfig/ });
});

t.test("a proxy of the kubeconfig is asked for a connection", async (t) => {
  const asked: string[] = [];
  const proxy = createServer((socket) => {
    socket.once("data", (bytes) => {
      asked.push(bytes.toString().split("\r\n")[0] ?? "");
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  t.teardown(() => void proxy.close());
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const file = kubeconfig(t, "https://api.example:6443", { token: "x" }, { "proxy-url": url });
  await t.rejects(ask(t, await read(file)), { message: /403|proxy/i });
  t.same(asked, ["CONNECT api.example:6443 HTTP/1.1"]);
});
