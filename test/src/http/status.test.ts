import t from "tap";
import { agentRoutes } from "../../../src/http/index.ts";
import { agentStatus } from "../../../src/http/status.ts";
import { matchesGolden } from "../../support/golden.ts";
import { observed } from "../../support/observed.ts";

t.test("status says it all as one value", (t) => {
  matchesGolden(t, "http/status.json", `${JSON.stringify(agentStatus(observed()), undefined, 2)}\n`);
  t.end();
});

t.test("asked of one Service, it answers of that one, whatever its type", (t) => {
  const { services, routes } = agentStatus(observed(), "default/inside");
  t.same(routes, []);
  t.match(services, [{ service: "default/inside", type: "ClusterIP" }]);
  t.equal(agentStatus(observed(), "shop/web").routes.length, 3);
  t.same(agentStatus(observed(), "shop/none").services, []);
  t.end();
});

t.test("a speaker alone shows the addresses of the Services' status", (t) => {
  const { controller: _, ...speaker } = observed();
  const [dns] = agentStatus(speaker, "default/dns").services;
  t.same(dns?.addresses, ["192.0.2.2"]);
  t.end();
});

t.test("the paths answer", async (t) => {
  const routes = agentRoutes(observed);
  const ask = (path: string, query = "") => routes[path]?.(new URLSearchParams(query));
  t.same(await ask("/healthz"), { status: 200, body: "ok\n" });
  t.same(await ask("/readyz"), { status: 200, body: "ok\n" });
  const status = await ask("/status", "service=shop/web");
  t.equal(status?.type, "application/json");
  t.match(JSON.parse(status?.body ?? ""), { services: [{ service: "shop/web" }] });
  const metrics = await ask("/metrics");
  t.match(metrics, { status: 200, type: /^text\/plain; version=0\.0\.4/ });
  t.equal((await ask("/metrics"))?.body, metrics?.body);
});

t.test("readyz says what it waits for", async (t) => {
  const routes = agentRoutes(() => ({ ...observed(), waiting: ["source", "speaker"] }));
  t.same(await routes["/readyz"]?.(new URLSearchParams()), { status: 503, body: "waiting for source, speaker\n" });
});
