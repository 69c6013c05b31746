import t from "tap";
import { causeOf, leaveFor } from "../../../src/cli/leave.ts";
import type { Ending } from "../../../src/cli/leave.ts";
import type { OwnPod } from "../../../src/source/kubernetes/index.ts";

const ALL_WELL: OwnPod = { pod: "there", daemonSet: "there", nodeSelector: {}, namespace: "there" };
const NO_ANSWER: OwnPod = { pod: "unknown", daemonSet: "unknown", nodeSelector: {}, namespace: "unknown" };

function ending(own: Partial<OwnPod> | undefined, more: Partial<Ending> = {}): Ending {
  return { signal: "SIGTERM", ...(own && { own: { ...ALL_WELL, ...own } }), ...more };
}

t.test("what ends the agent, and whether one comes back", (t) => {
  const linux = { "kubernetes.io/os": "linux" };
  const rows: readonly (readonly [string, Ending, string | undefined])[] = [
    ["SIGTERM, and no Pod is known", ending(undefined), undefined],
    ["no signal: it could not start", ending(undefined, { signal: "" }), undefined],
    ["SIGINT", ending(undefined, { signal: "SIGINT" }), "stops"],
    ["the node goes", ending({}, { nodeLeaving: "is being deleted" }), "is being deleted"],
    ["the container is started anew", ending({}), undefined],
    ["the API server does not answer", ending(NO_ANSWER), undefined],
    ["the DaemonSet rolls", ending({ pod: "ending" }), undefined],
    ["it rolls, and the Pod is gone by now", ending({ pod: "gone" }), undefined],
    [
      "it rolls on a node that it selects",
      ending({ pod: "ending", nodeSelector: linux }, { nodeLabels: linux }),
      undefined,
    ],
    [
      "it no longer selects the node",
      ending({ pod: "ending", nodeSelector: { edge: "yes" } }, { nodeLabels: linux }),
      "has no place here any more: the node lacks edge=yes",
    ],
    ["the labels of the node are not known", ending({ pod: "ending", nodeSelector: linux }), undefined],
    [
      "the DaemonSet is deleted",
      ending({ pod: "ending", daemonSet: "gone" }),
      "is uninstalled: what kept its Pod is deleted",
    ],
    [
      "it is deleted, its Pods first",
      ending({ pod: "gone", daemonSet: "ending" }),
      "is uninstalled: what kept its Pod is deleted",
    ],
    ["it is deleted, and leaves its Pods", ending({ pod: "there", daemonSet: "gone" }), undefined],
    ["the Pod is deleted, and nobody said what keeps it", ending({ pod: "ending", daemonSet: "unknown" }), undefined],
    ["the namespace is deleted", ending({ namespace: "ending" }), "is uninstalled: its namespace is deleted"],
    ["its role was deleted before it", ending({ pod: "refused" }), "is uninstalled: its account has lost its rights"],
    [
      "its role was deleted in between",
      ending({ pod: "ending", daemonSet: "refused" }),
      "is uninstalled: its account has lost its rights",
    ],
  ];
  for (const [what, given, cause] of rows) t.equal(causeOf(given), cause, what);
  t.end();
});

t.test("--on-stop decides, and auto by the cause; the peers are told which", (t) => {
  const rows = [
    ["auto", ending({}), "keep", "Herald on node n1 restarts"],
    [
      "auto",
      ending({ pod: "ending", daemonSet: "gone" }),
      "drain",
      "Herald on node n1 is uninstalled: what kept its Pod is deleted",
    ],
    ["auto", ending({}, { nodeLeaving: "is being deleted" }), "drain", "node n1 is being deleted"],
    ["auto", ending(undefined, { signal: "SIGINT" }), "drain", "Herald on node n1 stops"],
    ["keep", ending(undefined, { signal: "SIGINT", nodeLeaving: "is cordoned" }), "keep", "Herald on node n1 restarts"],
    ["drain", ending(undefined), "drain", "Herald on node n1 stops"],
    ["withdraw", ending({}, { nodeLeaving: "is cordoned" }), "withdraw", "node n1 is cordoned"],
  ] as const;
  for (const [onStop, given, leave, text] of rows) t.same(leaveFor(onStop, "n1", given), { leave, text });
  t.end();
});
