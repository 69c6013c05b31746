/** The gRPC client, against a server of this process on unix sockets and loopback. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import type { ServerReadableStream, ServerUnaryCall, ServerWritableStream, sendUnaryData } from "@grpc/grpc-js";
import t, { type Test } from "tap";
import { GrpcClient, GrpcError } from "../../../src/net/grpc.ts";

type Bytes = Uint8Array;

const pass = (bytes: Bytes): Buffer => Buffer.from(bytes);
type HandleCall = Parameters<typeof Server.prototype.register<Bytes, Bytes>>[1];

const HANDLERS: readonly (readonly [name: string, type: string, handler: HandleCall])[] = [
  ["Echo", "unary", (call: ServerUnaryCall<Bytes, Bytes>, done: sendUnaryData<Bytes>) => done(null, call.request)],
  ["Never", "unary", () => undefined],
  [
    "Refuse",
    "unary",
    (_: ServerUnaryCall<Bytes, Bytes>, done: sendUnaryData<Bytes>) => done({ code: 2, details: "not like this" }),
  ],
  [
    "Sum",
    "clientStream",
    (call: ServerReadableStream<Bytes, Bytes>, done: sendUnaryData<Bytes>) => {
      let sum = 0;
      call.on("data", (bytes: Bytes) => (sum += bytes[0] ?? 0));
      call.on("end", () => done(null, Uint8Array.of(sum)));
    },
  ],
  [
    "Count",
    "serverStream",
    (call: ServerWritableStream<Bytes, Bytes>) => {
      for (const n of [1, 2, 3]) call.write(Uint8Array.of(n));
      if (call.request[0] === 0) call.end();
    },
  ],
];

interface Running {
  readonly server: Server;
  readonly address: string;
}

/** Every server has the same methods; `address` as a client names it, port 0 for any. */
async function serve(t: Test, address: string, credentials = ServerCredentials.createInsecure()): Promise<Running> {
  const server = new Server();
  for (const [name, type, handler] of HANDLERS) server.register(`/test.Echo/${name}`, handler, pass, pass, type);
  t.teardown(() => server.forceShutdown());
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync(address, credentials, (error, bound) => (error === null ? resolve(bound) : reject(error))),
  );
  return { server, address: address.replace(/:0$/, `:${port}`) };
}

function client(t: Test, options: ConstructorParameters<typeof GrpcClient>[0]): GrpcClient {
  const one = new GrpcClient(options);
  t.teardown(() => one.close());
  return one;
}

t.test("calls of every kind, over a unix socket", async (t) => {
  const { address, server } = await serve(t, `unix://${join(t.testdir({}), "echo.sock")}`);
  const one = client(t, { address });
  t.same([...(await one.call("/test.Echo/Echo", Uint8Array.of(7, 8)))], [7, 8]);
  t.same(
    [
      ...(await one.send(
        "/test.Echo/Sum",
        [1, 2, 3].map((n) => Uint8Array.of(n)),
      )),
    ],
    [6],
  );
  t.same(
    (await one.list("/test.Echo/Count", Uint8Array.of(0))).map((bytes) => bytes[0]),
    [1, 2, 3],
  );

  const heard: number[] = [];
  const end = new Promise<Error>((resolve) => {
    one.watch(
      "/test.Echo/Count",
      Uint8Array.of(1),
      (bytes) => {
        heard.push(bytes[0] ?? 0);
        if (heard.length === 3) server.forceShutdown();
      },
      resolve,
    );
  });
  t.type(await end, GrpcError, "the end of the server is the end of the watch");
  t.same(heard, [1, 2, 3]);
});

t.test("what fails is one sentence", async (t) => {
  const folder = t.testdir({});
  const { address } = await serve(t, "127.0.0.1:0");
  const one = client(t, { address, timeout: 200 });
  await t.rejects(one.call("/test.Echo/Refuse", Uint8Array.of()), {
    message: "Refuse failed: not like this",
    status: 2,
  });
  await t.rejects(one.call("/test.Echo/Other", Uint8Array.of()), { message: /^Other failed: /, status: 12 });
  await t.rejects(one.call("/test.Echo/Never", Uint8Array.of()), {
    message: `${address} gave no answer to Never for 0.2 s`,
    status: 4,
  });
  const nowhere = client(t, { address: `unix://${join(folder, "not-there.sock")}` });
  await t.rejects(nowhere.call("/test.Echo/Echo", Uint8Array.of()), {
    message: /not-there\.sock is not there: the daemon/,
  });
  const closed = client(t, { address: "127.0.0.1:1" });
  await t.rejects(closed.list("/test.Echo/Count", Uint8Array.of()), { message: /^nothing listens on 127\.0\.0\.1:1:/ });
});

t.test("TLS: a certificate that is trusted, and one that is not", async (t) => {
  const folder = t.testdir({});
  const certificate = join(folder, "cert.pem");
  const other = join(folder, "other.pem");
  const key = join(folder, "key.pem");
  for (const [file, keyFile] of [
    [certificate, key],
    [other, join(folder, "other-key.pem")],
  ]) {
    const name = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
    const args = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", ...name];
    const { error } = spawnSync("openssl", [...args, "-keyout", keyFile ?? "", "-out", file ?? ""]);
    if (error === undefined) continue;
    t.comment("needs openssl, to make certificates");
    return;
  }
  const pair = { cert_chain: readFileSync(certificate), private_key: readFileSync(key) };
  const { address } = await serve(t, "127.0.0.1:0", ServerCredentials.createSsl(null, [pair]));
  const trusted = client(t, { address, tls: { ca: certificate } });
  t.same([...(await trusted.call("/test.Echo/Echo", Uint8Array.of(1)))], [1]);
  const wary = client(t, { address, tls: { ca: other }, timeout: 3_000 });
  await t.rejects(wary.call("/test.Echo/Echo", Uint8Array.of(1)), { message: /certificate|no answer/ });
});
