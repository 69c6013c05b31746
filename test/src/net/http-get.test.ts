import t from "tap";
import { getHttp } from "../../../src/net/http-get.ts";
import { serveHttp } from "../../../src/net/index.ts";

t.test("a request is answered with status and body", async (t) => {
  const routes = { "/status": (query: URLSearchParams) => ({ status: 200, body: `${query.get("service")}` }) };
  const server = await serveHttp({ host: "127.0.0.1", port: 0, routes });
  t.teardown(() => server.close());
  const where = { host: "127.0.0.1", port: server.port };
  t.same(await getHttp({ ...where, path: "/status?service=a%2Fb" }), { status: 200, body: "a/b" });
  t.match(await getHttp({ ...where, path: "/nothing" }), { status: 404 });
});

t.test("where nothing listens, the error says why", async (t) => {
  const server = await serveHttp({ host: "127.0.0.1", port: 0, routes: {} });
  await server.close();
  await t.rejects(getHttp({ host: "127.0.0.1", port: server.port, path: "/" }), {
    message: "connection refused (ECONNREFUSED)",
  });
});
