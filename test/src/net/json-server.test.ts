import { request } from "node:https";
import { text } from "node:stream/consumers";
import t from "tap";
import { serveJson } from "../../../src/net/json-server.ts";
import { makeAuthority, makeServerCertificate } from "../../../src/net/x509.ts";
import type { Certified } from "../../../src/net/x509.ts";

const VALIDITY = { from: Date.now() - 3_600_000, until: Date.now() + 3_600_000 };

async function certified(): Promise<{ readonly ca: string; readonly server: Certified }> {
  const authority = await makeAuthority("ca", VALIDITY);
  return { ca: authority.certificate, server: await makeServerCertificate(authority, "ca", ["hook.svc"], VALIDITY) };
}

function ask(
  port: number,
  ca: string,
  path: string,
  body: string,
  method = "POST",
): Promise<readonly [number, string]> {
  return new Promise((resolve, reject) => {
    const options = { host: "127.0.0.1", port, path, method, ca, servername: "hook.svc", agent: false };
    request(options, (response) => {
      text(response).then((answer) => resolve([response.statusCode ?? 0, answer]), reject);
    })
      .on("error", reject)
      .end(body);
  });
}

function yes(): string {
  return "yes";
}

t.test("JSON is answered with JSON over TLS, and everything else with a status", async (t) => {
  const { ca, server: own } = await certified();
  const failures: string[] = [];
  const server = await serveJson({
    host: "127.0.0.1",
    port: 0,
    certified: own,
    answer: (path, body) => {
      if (path === "/broken") throw new Error("out of order");
      return path === "/echo" ? { said: body } : undefined;
    },
    failed: (path, { message }) => failures.push(`${path}: ${message}`),
  });
  t.teardown(() => server.close());
  const { port } = server;
  t.same(await ask(port, ca, "/echo", '{"a":"é"}'), [200, '{"said":{"a":"é"}}']);
  t.equal((await ask(port, ca, "/echo", "{"))[0], 400);
  t.equal((await ask(port, ca, "/other", "{}"))[0], 404);
  t.equal((await ask(port, ca, "/echo", "", "GET"))[0], 405);
  t.equal((await ask(port, ca, "/echo", `"${"x".repeat(9_000_000)}"`))[0], 413);
  t.same(await ask(port, ca, "/broken", "{}"), [500, '"internal error"']);
  t.same(failures, ["/broken: out of order"]);
});

t.test("a new certificate counts for the next connection", async (t) => {
  const [first, second] = [await certified(), await certified()];
  const server = await serveJson({
    host: "127.0.0.1",
    port: 0,
    certified: first.server,
    answer: yes,
    failed: () => {},
  });
  t.teardown(() => server.close());
  await t.rejects(ask(server.port, second.ca, "/", "{}"));
  server.certify(second.server);
  t.equal((await ask(server.port, second.ca, "/", "{}"))[0], 200);
  await t.rejects(ask(server.port, first.ca, "/", "{}"));
});
