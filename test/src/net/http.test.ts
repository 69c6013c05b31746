import t from "tap";
import { probe, serveHttp } from "../../../src/net/index.ts";

t.test("probes, texts and errors", async (t) => {
  let reason: string | undefined = "the source is not read yet";
  const failures: string[] = [];
  const server = await serveHttp({
    host: "127.0.0.1",
    port: 0,
    routes: {
      "/healthz": probe(() => undefined),
      "/readyz": probe(() => reason),
      "/echo": (query) => ({ status: 200, body: JSON.stringify([...query]), type: "application/json" }),
      "/broken": () => Promise.reject(new Error("secret")),
    },
    failed: (path, error) => failures.push(`${path} ${error.message}`),
  });
  const ask = async (path: string, method = "GET"): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, { method });
    return `${response.status} ${response.headers.get("content-type")} ${await response.text()}`;
  };
  t.equal(server.address, "127.0.0.1");
  t.equal(await ask("/healthz"), "200 text/plain; charset=utf-8 ok\n");
  t.equal(await ask("/readyz"), "503 text/plain; charset=utf-8 the source is not read yet\n");
  reason = undefined;
  t.equal(await ask("/readyz"), "200 text/plain; charset=utf-8 ok\n");
  t.equal(await ask("/readyz", "HEAD"), "200 text/plain; charset=utf-8 ");
  t.equal(await ask("/echo?a=1"), '200 application/json [["a","1"]]');
  t.equal(await ask("/toString"), "404 text/plain; charset=utf-8 there is nothing at /toString\n");
  t.equal(await ask("/healthz", "POST"), "405 text/plain; charset=utf-8 only GET and HEAD\n");
  t.equal(await ask("/broken"), "500 text/plain; charset=utf-8 internal error\n");
  t.same(failures, ["/broken secret"]);
  await t.rejects(serveHttp({ host: "127.0.0.1", port: server.port, routes: {} }), {
    message: `listen 127.0.0.1:${server.port}: EADDRINUSE: address already in use; another process listens there`,
  });
  await server.close();
  await t.rejects(ask("/healthz"), "nothing listens after close");
});
