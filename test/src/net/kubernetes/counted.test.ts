import t from "tap";
import { counted } from "../../../../src/net/kubernetes/counted.ts";
import { MemoryApi } from "../../../support/memory-api.ts";

t.test("requests are counted by method and outcome", async (t) => {
  const api = new MemoryApi();
  api.put("/api/v1/nodes/n1", { metadata: { name: "n1" } });
  const { client, requests } = counted(api);
  await client.request({ method: "GET", path: "/api/v1/nodes/n1" });
  await t.rejects(client.request({ method: "PATCH", path: "/api/v1/nodes/n2", body: {} }), /404/);
  api.stream = () => Promise.reject(new Error("nobody answers"));
  await t.rejects(client.stream({ path: "/api/v1/nodes" }));
  api.stream = () => Promise.resolve((async function* () {})());
  await client.stream({ path: "/api/v1/nodes" });
  t.same(
    [...requests],
    [
      ["GET 2xx", 1],
      ["PATCH 404", 1],
      ["WATCH 2xx", 1],
    ],
  );
});
