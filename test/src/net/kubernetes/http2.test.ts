import { constants, createSecureServer } from "node:http2";
import type { Http2Session, ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";
import t from "tap";
import type { Test } from "tap";
import { httpClient } from "../../../../src/net/kubernetes/index.ts";
import type { ApiClient } from "../../../../src/net/kubernetes/index.ts";
import { certificate } from "../../../support/certificate.ts";
import { FakeClock } from "../../../support/fake-clock.ts";

const TLS = certificate("server");

interface Server {
  readonly client: ApiClient;
  readonly clock: FakeClock;
  /** Connections in the order in which they came. */
  readonly sessions: Http2Session[];
}

/** A server whose streams are answered by hand; `number` counts them from 1. */
async function serve(t: Test, answer: (stream: ServerHttp2Stream, number: number) => void): Promise<Server> {
  const sessions: Http2Session[] = [];
  let number = 0;
  const server = createSecureServer(TLS);
  server.on("session", (session) => sessions.push(session));
  server.on("stream", (stream) => {
    stream.on("error", () => undefined);
    answer(stream, (number += 1));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const access = { headers: {}, tls: { ca: TLS.cert } };
  const clock = new FakeClock();
  const credentials = {
    server: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    current: () => Promise.resolve(access),
    renew: () => Promise.resolve(),
  };
  const client = httpClient({ credentials, clock });
  t.teardown(() => {
    client.close();
    for (const session of sessions) session.destroy();
    server.close();
  });
  return { client, clock, sessions };
}

function ok(stream: ServerHttp2Stream): void {
  stream.respond({ ":status": 200 });
  stream.end("{}");
}

const patch = (client: ApiClient): Promise<unknown> => client.request({ method: "PATCH", path: "/api", body: {} });

t.test("what the server refused unseen is sent again, on another connection", async (t) => {
  const { client, sessions } = await serve(t, (stream, number) => {
    if (number === 2) stream.close(constants.NGHTTP2_REFUSED_STREAM);
    else ok(stream);
  });
  await patch(client);
  await patch(client);
  t.equal(sessions.length, 2);
});

t.test("a stream that ends with another error is the caller's to repeat", async (t) => {
  const { client } = await serve(t, (stream, number) => {
    if (number === 2) stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    else ok(stream);
  });
  await patch(client);
  await t.rejects(patch(client), { message: /INTERNAL_ERROR/ });
});

t.test("a server that goes away finishes what it has, and what follows has a new connection", async (t) => {
  const held: ServerHttp2Stream[] = [];
  const { client, sessions } = await serve(t, (stream, number) => {
    if (number === 1) held.push(stream);
    else ok(stream);
  });
  const slow = patch(client);
  await patch(client);
  t.equal(sessions.length, 1, "they share one");
  sessions[0]?.goaway(constants.NGHTTP2_NO_ERROR);
  await new Promise((resolve) => setImmediate(resolve));
  for (let turn = 0; turn < 20 && sessions.length === 1; turn += 1) await patch(client);
  t.equal(sessions.length, 2);
  for (const stream of held) ok(stream);
  t.same(await slow, {});
});

t.test(
  "after a request without an answer others take a new connection, and those under way are not disturbed",
  async (t) => {
    const held: ServerHttp2Stream[] = [];
    const arrived = { resolve: (): void => undefined };
    const both = new Promise<void>((resolve) => (arrived.resolve = resolve));
    const { client, clock, sessions } = await serve(t, (stream, number) => {
      if (number > 2) return ok(stream);
      held.push(stream);
      if (held.length === 2) arrived.resolve();
      return undefined;
    });
    const mute = client
      .request({ method: "PUT", path: "/mute", body: {}, timeout: 5_000 })
      .catch((error: unknown) => error);
    const slow = patch(client);
    await both;
    clock.advance(5_000);
    t.match(await mute, { status: 0, reason: "Timeout" });
    await patch(client);
    t.equal(sessions.length, 2);
    for (const stream of held) if (!stream.destroyed) ok(stream);
    t.same(await slow, {});
  },
);

t.test("of many answers that come whole none is lost", async (t) => {
  const body = JSON.stringify({ text: "x".repeat(3_000) });
  const { client } = await serve(t, (stream) => {
    stream.respond({ ":status": 200 });
    stream.end(body);
  });
  let left = 1_500;
  const work = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      if (JSON.stringify(await patch(client)) !== body) throw new Error("another answer");
    }
  };
  await Promise.all(Array.from({ length: 16 }, work));
});
