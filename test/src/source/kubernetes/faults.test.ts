import * as fc from "fast-check";
import t from "tap";
import { ApiError } from "../../../../src/net/kubernetes/client.ts";
import { readCluster, service, SERVICES, tinyCluster } from "../../../support/cluster-source.ts";
import type { TinyKube } from "../../../support/tiny-kube.ts";
import { line } from "../../../support/tiny-kube.ts";

const CUT = new ApiError("cut", { status: 0, reason: "ECONNRESET" });

function refusal(status: number): ApiError {
  return new ApiError(`${status}`, { status, reason: "Refused", ...(status === 429 ? { retryAfter: 1_000 } : {}) });
}

/** What may happen, each by name, so that a counterexample can be read. */
const ACTS: Readonly<Record<string, (kube: TinyKube) => void>> = {
  "a watch ends": (kube) => kube.end(SERVICES),
  "a watch is cut": (kube) => kube.end(SERVICES, CUT),
  "a line is cut": (kube) => {
    kube.send(SERVICES, line("MODIFIED", service("web-0", { externalTrafficPolicy: "Local" })).subarray(0, 90));
    kube.end(SERVICES, CUT);
  },
  "garbage comes": (kube) => kube.send(SERVICES, new TextEncoder().encode("garbage\n")),
  "the server goes down": (kube) => {
    kube.fault = () => CUT;
    kube.end(undefined, CUT);
    kube.compact();
  },
  "old versions are forgotten": (kube) => kube.compact(),
  "a bookmark comes": (kube) => kube.bookmark(),
  "all is refused with 500": (kube) => (kube.fault = () => refusal(500)),
  "all is refused with 429": (kube) => (kube.fault = () => refusal(429)),
  "all is refused with 401": (kube) => (kube.fault = () => refusal(401)),
  "every other request is refused": (kube) => {
    let count = 0;
    kube.fault = () => ((count += 1) % 2 === 0 ? refusal(503) : undefined);
  },
  "second pages are too old": (kube) =>
    (kube.fault = ({ query }) => (query["continue"] === undefined ? undefined : refusal(410))),
  "all is well again": (kube) => (kube.fault = () => undefined),
  "streaming lists go": (kube) => (kube.streamingLists = false),
  "streaming lists come": (kube) => (kube.streamingLists = true),
};

const act = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...Object.keys(ACTS)).map((name) => ({ type: "act", name }) as const) },
  fc.record({ type: fc.constant("put"), web: fc.nat(5), policy: fc.constantFrom("Local", "Cluster") }),
  fc.record({ type: fc.constant("leave"), web: fc.nat(5) }),
  fc.record({ type: fc.constant("delete"), web: fc.nat(5) }),
  fc.record({ type: fc.constant("wait"), milliseconds: fc.integer({ min: 0, max: 30_000 }) }),
);

t.test(
  "whatever happens: nothing that stays is told gone, and in the end what is known is what there is",
  async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 40, size: "max" }), fc.boolean(), async (acts, selectsServices) => {
        const kube = tinyCluster();
        kube.selectsServices = selectsServices;
        const expected = new Map<string, string>();
        const put = (name: string, policy: string): void => {
          kube.put(SERVICES, service(name, { externalTrafficPolicy: policy }));
          expected.set(name, policy);
        };
        put("stays", "Local");
        const { told, objects, pass, source } = await readCluster(t, kube);
        await told();
        const gone: string[] = [];
        for (const each of acts) {
          if (each.type === "act") ACTS[each.name]?.(kube);
          else if (each.type === "put") put(`web-${each.web}`, each.policy);
          else if (each.type === "wait") await pass(each.milliseconds, 6);
          else {
            const name = `web-${each.web}`;
            if (each.type === "delete") kube.delete(SERVICES, `shop/${name}`);
            else if (expected.has(name)) kube.put(SERVICES, service(name, { type: "ClusterIP" }));
            expected.delete(name);
          }
          gone.push(...(await told()).filter((one) => one === "- Service shop/stays"));
        }
        kube.fault = () => undefined;
        await pass(60_000, 30);
        const known = Array.from(objects.values(), ({ ref, value }) => {
          const { spec } = value as { spec: { externalTrafficPolicy: string } };
          return `${ref.name} ${spec.externalTrafficPolicy}`;
        });
        const there = Array.from(expected, ([name, policy]) => `${name} ${policy}`);
        await source.close();
        const [is, should] = [known.sort().join(), there.sort().join()];
        if (is !== should || gone.length > 0) throw new Error(`known: ${is}; there: ${should}; gone: ${gone.length}`);
      }),
      { numRuns: 150 },
    );
    t.end();
  },
);
