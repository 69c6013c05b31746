import t from "tap";
import { OwnPodWatch } from "../../../../src/source/kubernetes/own-pod.ts";
import { MemoryApi } from "../../../support/memory-api.ts";

const POD = "/api/v1/namespaces/lb/pods/speaker-abcde";
const DAEMON_SET = "/apis/apps/v1/namespaces/lb/daemonsets/speaker";
const NAMESPACE = "/api/v1/namespaces/lb";
const KEPT = { ownerReferences: [{ kind: "DaemonSet", name: "speaker", controller: true }] };
const ENDING = { deletionTimestamp: "2026-01-01T00:00:00Z" };

/** A Pod of a DaemonSet that was there at the beginning. */
async function begun(pod: object = KEPT) {
  const server = new MemoryApi();
  server.put(NAMESPACE, { metadata: { name: "lb" } });
  server.put(POD, { metadata: { name: "speaker-abcde", uid: "pod-1", ...pod } });
  const spec = { template: { spec: { nodeSelector: { "kubernetes.io/os": "linux" } } } };
  server.put(DAEMON_SET, { metadata: { name: "speaker", uid: "set-1" }, spec });
  const own = new OwnPodWatch({ client: server, namespace: "lb", name: "speaker-abcde" });
  const error = await own.begin();
  return { server, own, error };
}

t.test("all is there: a container that is started anew", async (t) => {
  const { own, error } = await begun();
  t.equal(error, undefined);
  t.same(await own.look(), {
    pod: "there",
    daemonSet: "there",
    nodeSelector: { "kubernetes.io/os": "linux" },
    namespace: "there",
  });
});

t.test("what ends is told from what is gone, also where another one has its name", async (t) => {
  const { server, own } = await begun();
  server.put(POD, { metadata: { name: "speaker-abcde", uid: "pod-1", ...KEPT, ...ENDING } });
  server.put(NAMESPACE, { metadata: { name: "lb", ...ENDING } });
  t.match(await own.look(), { pod: "ending", daemonSet: "there", namespace: "ending" });
  server.objects.delete(POD);
  server.put(DAEMON_SET, { metadata: { name: "speaker", uid: "set-2" } });
  t.match(await own.look(), { pod: "gone", daemonSet: "gone", nodeSelector: {} });
  server.objects.delete(DAEMON_SET);
  server.objects.delete(NAMESPACE);
  t.match(await own.look(), { pod: "gone", daemonSet: "gone", namespace: "gone" });
});

t.test("who keeps the Pod: nobody, or a kind that is not known here", async (t) => {
  t.match(await (await begun({})).own.look(), { pod: "there", daemonSet: "gone" });
  const other = { ownerReferences: [{ kind: "ReplicaSet", name: "speaker", controller: true }] };
  t.match(await (await begun(other)).own.look(), { pod: "there", daemonSet: "unknown" });
});

t.test("a right that was had and is refused now is lost; one that never was had says nothing", async (t) => {
  const { server, own } = await begun();
  server.fail(`GET ${POD}`, 401);
  server.fail(`GET ${DAEMON_SET}`, 403);
  t.match(await own.look(), { pod: "refused", daemonSet: "refused" });

  const without = await begun();
  without.server.fail(`GET ${POD}`, 403, 2);
  const own2 = new OwnPodWatch({ client: without.server, namespace: "lb", name: "speaker-abcde" });
  t.match(await own2.begin(), /403/);
  t.match(await own2.look(), { pod: "unknown", daemonSet: "unknown" });
});

t.test("an API server that does not answer says nothing", async (t) => {
  const { server, own } = await begun();
  server.fail("GET ", 503, 3);
  t.same(await own.look(), { pod: "unknown", daemonSet: "unknown", nodeSelector: {}, namespace: "unknown" });
});
