import t from "tap";
import type { Test } from "tap";
import { systemClock } from "../../../../src/net/index.ts";
import { ApiError, httpClient } from "../../../../src/net/kubernetes/index.ts";
import type { Access, ApiClient, Credentials } from "../../../../src/net/kubernetes/index.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { certificate } from "../../../support/certificate.ts";
import { httpScript, reply } from "../../../support/http-script.ts";
import type { HttpScript } from "../../../support/http-script.ts";

const TLS = certificate("server");

type Answer = Parameters<typeof httpScript>[1];

/** What a server may speak. All of them are told the same, and tell the same. */
const SERVERS: Readonly<Record<string, (t: Test, answer: Answer) => Promise<HttpScript>>> = {
  "without TLS": (t, answer) => httpScript(t, answer),
  "over HTTP/1.1": (t, answer) => httpScript(t, answer, TLS),
  "over HTTP/2": (t, answer) => httpScript(t, answer, TLS, { http2: true }),
};

/** Credentials whose token is the number of renewals. */
function countedCredentials(server: string) {
  let renewals = 0;
  const accessNow = (): Access => ({ headers: { authorization: `Bearer secret-${renewals}` }, tls: { ca: TLS.cert } });
  let access = accessNow();
  const credentials: Credentials = {
    server,
    current: () => Promise.resolve(access),
    renew: () => {
      renewals += 1;
      access = accessNow();
      return Promise.resolve();
    },
  };
  return { credentials, renewals: () => renewals };
}

function clientOf(t: Test, server: string, clock = systemClock) {
  const { credentials, renewals } = countedCredentials(server);
  const client = httpClient({ credentials, clock });
  t.teardown(() => client.close());
  return { client, renewals };
}

async function failure(of: Promise<unknown>): Promise<ApiError> {
  const error = await of.then(
    () => new Error("it succeeded"),
    (error: unknown) => error,
  );
  if (!(error instanceof ApiError)) throw error;
  return error;
}

async function readAll(client: ApiClient, path: string): Promise<string> {
  let text = "";
  for await (const chunk of await client.stream({ path })) text += new TextDecoder().decode(chunk);
  return text;
}

for (const [how, serve] of Object.entries(SERVERS)) {
  t.test(`a request carries path, query, credentials and a JSON body, and its answer is parsed, ${how}`, async (t) => {
    const server = await serve(t, (_request, response) => reply(response, 200, { kind: "Service" }));
    const { client } = clientOf(t, `${server.url}/clusters/one/`);
    const answer = await client.request({
      method: "PATCH",
      path: "/api/v1/services",
      query: { fieldManager: "a b", dryRun: "All" },
      body: { name: "ü" },
      contentType: "application/merge-patch+json",
    });
    t.same(answer, { kind: "Service" });
    t.match(server.seen, [
      {
        method: "PATCH",
        url: "/clusters/one/api/v1/services?fieldManager=a+b&dryRun=All",
        body: '{"name":"ü"}',
        headers: { authorization: "Bearer secret-0", "content-type": "application/merge-patch+json" },
      },
    ]);
  });
}

for (const [how, serve] of Object.entries(SERVERS)) {
  t.test(`a refusal says status, reason and message, and how long to wait, ${how}`, async (t) => {
    const status = {
      kind: "Status",
      reason: "TooManyRequests",
      message: "slow down",
      details: { retryAfterSeconds: 3 },
    };
    const cases = [
      { headers: {}, retryAfter: 3000 },
      { headers: { "retry-after": "2" }, retryAfter: 2000 },
      { headers: { "retry-after": "Sat, 21 Nov 2026 10:00:07 GMT" }, retryAfter: 7000 },
    ];
    const clock = { ...systemClock, wall: () => Date.parse("2026-11-21T10:00:00Z") };
    for (const { headers, retryAfter } of cases) {
      const server = await serve(t, (_request, response) => reply(response, 429, status, headers));
      const { client } = clientOf(t, server.url, clock);
      const error = await failure(client.request({ method: "GET", path: "/api", body: { password: "hidden" } }));
      t.match(error, { status: 429, reason: "TooManyRequests", retryAfter });
      t.equal(error.message, "GET /api: 429 TooManyRequests: slow down");
      t.equal(server.seen.length, 1, "nothing is tried again on its own");
    }
  });
}

for (const [how, serve] of Object.entries(SERVERS)) {
  t.test(`an answer that is no Status is refused in the words of HTTP, ${how}`, async (t) => {
    const server = await serve(t, (_request, response) => void response.writeHead(502).end("<html>"));
    const { client } = clientOf(t, server.url);
    const error = await failure(client.request({ method: "GET", path: "/api" }));
    t.match(error, { status: 502, reason: "Bad Gateway", message: "GET /api: 502 Bad Gateway" });
    t.equal(error.retryAfter, undefined);
  });
}

for (const [how, serve] of Object.entries(SERVERS)) {
  t.test(
    `after a 401 the credentials are read anew, once for all requests, and the request is made again, ${how}`,
    async (t) => {
      const server = await serve(t, ({ headers }, response) =>
        reply(response, headers.authorization === "Bearer secret-0" ? 401 : 200, {}),
      );
      const { client, renewals } = clientOf(t, server.url);
      await Promise.all(Array.from({ length: 5 }, () => client.request({ method: "POST", path: "/api", body: {} })));
      t.equal(renewals(), 1);
    },
  );
}

for (const [how, serve] of Object.entries(SERVERS)) {
  t.test(`a second 401 is an error, without the token in it, ${how}`, async (t) => {
    const server = await serve(t, (_request, response) => reply(response, 401, { reason: "Unauthorized" }));
    const { client } = clientOf(t, server.url);
    const error = await failure(client.request({ method: "GET", path: "/api" }));
    t.match(error, { status: 401, reason: "Unauthorized" });
    t.notMatch(error.message, "secret");
    t.equal(server.seen.length, 2);
  });
}

for (const [how, serve] of Object.entries(SERVERS)) {
  t.test(`connections are kept: 32 for requests over HTTP/1.1, one for all over HTTP/2, ${how}`, async (t) => {
    const server = await serve(t, (_request, response) => reply(response, 200, {}));
    const { client } = clientOf(t, server.url);
    await Promise.all(Array.from({ length: 200 }, () => client.request({ method: "GET", path: "/api" })));
    // One asks what the server speaks.
    t.equal(server.connections(), { "without TLS": 32, "over HTTP/1.1": 33, "over HTTP/2": 1 }[how]);
  });
}

for (const [how, serve] of Object.entries(SERVERS)) {
  t.test(
    `a kept connection that the server had closed costs a GET nothing; a PATCH is the caller's to repeat, ${how}`,
    async (t) => {
      for (const method of ["GET", "PATCH"] as const) {
        const used = new Set<unknown>();
        const server = await serve(t, ({ connection, cut }, response) => {
          if (used.has(connection)) cut();
          else reply(response, 200, {});
          used.add(connection);
        });
        const { client } = clientOf(t, server.url);
        await client.request({ method, path: "/api" });
        if (method === "GET") await client.request({ method, path: "/api" });
        else t.match(await failure(client.request({ method, path: "/api" })), { status: 0, reason: "ECONNRESET" });
      }
    },
  );
}

for (const [how, serve] of Object.entries(SERVERS)) {
  t.test(`where nothing answers, the error says where and why, ${how}`, async (t) => {
    const server = await serve(t, ({ cut }) => cut());
    const { client } = clientOf(t, server.url);
    t.match(await failure(client.request({ method: "GET", path: "/api" })), { status: 0, reason: "ECONNRESET" });
    const { client: other } = clientOf(t, "http://127.0.0.1:9");
    const error = await failure(other.request({ method: "GET", path: "/api" }));
    t.match(error, { status: 0, reason: "ECONNREFUSED" });
    t.equal(error.message, "GET /api: http://127.0.0.1:9: connection refused (ECONNREFUSED)");
  });
}

for (const [how, serve] of Object.entries(SERVERS)) {
  t.test(`a request ends at its deadline, when its signal says so, and when the client closes, ${how}`, async (t) => {
    const arrived = { resolve: (): void => undefined };
    const server = await serve(t, () => arrived.resolve());
    const next = () => new Promise<void>((resolve) => (arrived.resolve = resolve));
    const clock = new FakeClock();
    const { client } = clientOf(t, server.url, clock);

    let here = next();
    const late = failure(client.request({ method: "GET", path: "/late", timeout: 5000 }));
    await here;
    clock.advance(5000);
    t.match(await late, { status: 0, reason: "Timeout", message: /no answer within 5 s/ });
    t.equal(clock.pending, 0, "no timer is left");

    here = next();
    const stop = new AbortController();
    const aborted = failure(client.request({ method: "GET", path: "/stop", signal: stop.signal }));
    await here;
    stop.abort();
    t.match(await aborted, { status: 0, reason: "Aborted", message: "GET /stop: aborted" });

    here = next();
    const closed = failure(client.request({ method: "GET", path: "/closed" }));
    await here;
    client.close();
    t.match(await closed, { status: 0, reason: "Aborted" });
    t.match(await failure(client.request({ method: "GET", path: "/after" })), { status: 0, reason: "Aborted" });
  });
}

for (const [how, serve] of Object.entries(SERVERS)) {
  t.test(`a stream gives its chunks as they come, and ends with the answer, ${how}`, async (t) => {
    const server = await serve(t, (_request, response) => {
      response.write("one");
      setImmediate(() => response.end("two"));
    });
    const { client } = clientOf(t, server.url);
    t.equal(await readAll(client, "/watch"), "onetwo");
  });
}

for (const [how, serve] of Object.entries(SERVERS)) {
  t.test(`a stream that is refused or breaks off is an error, ${how}`, async (t) => {
    const server = await serve(t, ({ url, cut }, response) => {
      if (url === "/gone") return reply(response, 410, { reason: "Expired", message: "too old" });
      response.write("half");
      setImmediate(cut);
      return undefined;
    });
    const { client } = clientOf(t, server.url);
    t.match(await failure(readAll(client, "/gone")), { status: 410, reason: "Expired" });
    t.match(await failure(readAll(client, "/cut")), { status: 0, reason: "ECONNRESET" });
  });
}

for (const [how, serve] of Object.entries(SERVERS)) {
  t.test(`a stream that nobody reads any further is closed, ${how}`, async (t) => {
    const closed = { resolve: (): void => undefined };
    const over = new Promise<void>((resolve) => (closed.resolve = resolve));
    const server = await serve(t, (_request, response) => {
      response.on("close", () => closed.resolve());
      response.write("one");
    });
    const { client } = clientOf(t, server.url);
    for await (const _ of await client.stream({ path: "/watch" })) break;
    await over;
    t.equal(server.seen.length, 1);
  });
}
