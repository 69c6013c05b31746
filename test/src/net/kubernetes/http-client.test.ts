import t from "tap";
import type { Test } from "tap";
import { systemClock } from "../../../../src/net/index.ts";
import { ApiError, httpClient } from "../../../../src/net/kubernetes/index.ts";
import type { Access, ApiClient, Credentials } from "../../../../src/net/kubernetes/index.ts";
import { FakeClock } from "../../../support/fake-clock.ts";
import { httpScript, reply } from "../../../support/http-script.ts";

/** Credentials whose token is the number of renewals. */
function countedCredentials(server: string) {
  let renewals = 0;
  const accessNow = (): Access => ({ headers: { authorization: `Bearer secret-${renewals}` }, tls: {} });
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

t.test("a request carries path, query, credentials and a JSON body, and its answer is parsed", async (t) => {
  const server = await httpScript(t, (_request, response) => reply(response, 200, { kind: "Service" }));
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

t.test("a refusal says status, reason and message, and how long to wait", async (t) => {
  const status = { kind: "Status", reason: "TooManyRequests", message: "slow down", details: { retryAfterSeconds: 3 } };
  const cases = [
    { headers: {}, retryAfter: 3000 },
    { headers: { "retry-after": "2" }, retryAfter: 2000 },
    { headers: { "retry-after": "Sat, 21 Nov 2026 10:00:07 GMT" }, retryAfter: 7000 },
  ];
  const clock = { ...systemClock, wall: () => Date.parse("2026-11-21T10:00:00Z") };
  for (const { headers, retryAfter } of cases) {
    const server = await httpScript(t, (_request, response) => reply(response, 429, status, headers));
    const { client } = clientOf(t, server.url, clock);
    const error = await failure(client.request({ method: "GET", path: "/api", body: { password: "hidden" } }));
    t.match(error, { status: 429, reason: "TooManyRequests", retryAfter });
    t.equal(error.message, "GET /api: 429 TooManyRequests: slow down");
    t.equal(server.seen.length, 1, "nothing is tried again on its own");
  }
});

t.test("an answer that is no Status is refused in the words of HTTP", async (t) => {
  const server = await httpScript(t, (_request, response) => void response.writeHead(502).end("<html>"));
  const { client } = clientOf(t, server.url);
  const error = await failure(client.request({ method: "GET", path: "/api" }));
  t.match(error, { status: 502, reason: "Bad Gateway", message: "GET /api: 502 Bad Gateway" });
  t.equal(error.retryAfter, undefined);
});

t.test("after a 401 the credentials are read anew, once for all requests, and the request is made again", async (t) => {
  const server = await httpScript(t, ({ headers }, response) =>
    reply(response, headers.authorization === "Bearer secret-0" ? 401 : 200, {}),
  );
  const { client, renewals } = clientOf(t, server.url);
  await Promise.all(Array.from({ length: 5 }, () => client.request({ method: "POST", path: "/api", body: {} })));
  t.equal(renewals(), 1);
});

t.test("a second 401 is an error, without the token in it", async (t) => {
  const server = await httpScript(t, (_request, response) => reply(response, 401, { reason: "Unauthorized" }));
  const { client } = clientOf(t, server.url);
  const error = await failure(client.request({ method: "GET", path: "/api" }));
  t.match(error, { status: 401, reason: "Unauthorized" });
  t.notMatch(error.message, "secret");
  t.equal(server.seen.length, 2);
});

t.test("connections are kept, and no more than 32 are made for requests", async (t) => {
  const server = await httpScript(t, (_request, response) => reply(response, 200, {}));
  const { client } = clientOf(t, server.url);
  await Promise.all(Array.from({ length: 200 }, () => client.request({ method: "GET", path: "/api" })));
  t.equal(server.connections(), 32);
});

t.test(
  "a kept connection that the server had closed costs a GET nothing; a PATCH is the caller's to repeat",
  async (t) => {
    for (const method of ["GET", "PATCH"] as const) {
      const used = new Set<unknown>();
      const server = await httpScript(t, ({ socket }, response) => {
        if (used.has(socket)) socket.destroy();
        else reply(response, 200, {});
        used.add(socket);
      });
      const { client } = clientOf(t, server.url);
      await client.request({ method, path: "/api" });
      if (method === "GET") await client.request({ method, path: "/api" });
      else t.match(await failure(client.request({ method, path: "/api" })), { status: 0, reason: "ECONNRESET" });
    }
  },
);

t.test("where nothing answers, the error says where and why", async (t) => {
  const server = await httpScript(t, ({ socket }) => void socket.destroy());
  const { client } = clientOf(t, server.url);
  t.match(await failure(client.request({ method: "GET", path: "/api" })), { status: 0, reason: "ECONNRESET" });
  const { client: other } = clientOf(t, "http://127.0.0.1:9");
  const error = await failure(other.request({ method: "GET", path: "/api" }));
  t.match(error, { status: 0, reason: "ECONNREFUSED" });
  t.equal(error.message, "GET /api: http://127.0.0.1:9: connection refused (ECONNREFUSED)");
});

t.test("a request ends at its deadline, when its signal says so, and when the client closes", async (t) => {
  const arrived = { resolve: (): void => undefined };
  const server = await httpScript(t, () => arrived.resolve());
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
});

t.test("a stream gives its chunks as they come, and ends with the answer", async (t) => {
  const server = await httpScript(t, (_request, response) => {
    response.write("one");
    setImmediate(() => response.end("two"));
  });
  const { client } = clientOf(t, server.url);
  t.equal(await readAll(client, "/watch"), "onetwo");
});

t.test("a stream that is refused or breaks off is an error", async (t) => {
  const server = await httpScript(t, ({ url, socket }, response) => {
    if (url === "/gone") return reply(response, 410, { reason: "Expired", message: "too old" });
    response.write("half");
    setImmediate(() => socket.destroy());
    return undefined;
  });
  const { client } = clientOf(t, server.url);
  t.match(await failure(readAll(client, "/gone")), { status: 410, reason: "Expired" });
  t.match(await failure(readAll(client, "/cut")), { status: 0, reason: "ECONNRESET" });
});

t.test("a stream that nobody reads any further is closed", async (t) => {
  const closed = { resolve: (): void => undefined };
  const over = new Promise<void>((resolve) => (closed.resolve = resolve));
  const server = await httpScript(t, (_request, response) => {
    response.on("close", () => closed.resolve());
    response.write("one");
  });
  const { client } = clientOf(t, server.url);
  for await (const _ of await client.stream({ path: "/watch" })) break;
  await over;
  t.equal(server.seen.length, 1);
});
