import t from "tap";
import { checkHealth } from "../../../src/net/health-check.ts";
import { serveHttp } from "../../../src/net/index.ts";

t.test("a health check answers as kube-proxy's does", async (t) => {
  let status = 200;
  const server = await serveHttp({
    host: "127.0.0.1",
    port: 0,
    routes: { "/healthz": () => ({ status, body: '{"localEndpoints": 1}' }) },
  });
  const ask = (): Promise<string | undefined> => checkHealth("127.0.0.1", server.port);
  t.equal(await ask(), undefined);
  status = 503;
  t.equal(await ask(), "it says that the node has no endpoints (503)");
  status = 404;
  t.equal(await ask(), "it answers with status 404");
  await server.close();
  t.equal(await ask(), "connection refused (ECONNREFUSED)");
});
