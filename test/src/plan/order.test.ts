import * as fc from "fast-check";
import t from "tap";
import { createPlanner } from "../../../src/plan/index.ts";
import type { Endpoint } from "../../../src/model/service.ts";
import { advertisement, config, endpoint, node, peer, service, slice } from "../../support/plan-values.ts";

const anEndpoint: fc.Arbitrary<Endpoint> = fc
  .tuple(
    fc.constantFrom("", "n1", "n2", "n3"),
    fc.constantFrom("ready", "starting", "terminating", "gone"),
    fc.integer({ min: 1, max: 4 }),
  )
  .map(([name, state, last]) => endpoint(name, state, `10.244.0.${last}`));

const planner = createPlanner(config({ peers: [peer("tor-1")], advertisements: [advertisement("all")] }), node("n1"), {
  supports: () => true,
});

t.test("the plan does not depend on how endpoints lie in slices, nor on any order", (t) => {
  fc.assert(
    fc.property(
      fc.array(anEndpoint, { maxLength: 8 }),
      fc.constantFrom("Cluster" as const, "Local" as const),
      fc.infiniteStream(fc.nat()),
      (endpoints, externalTrafficPolicy, random) => {
        const web = service("web", ["198.51.100.1"], { externalTrafficPolicy });
        const shuffled = endpoints
          .map((one) => ({ one, at: random.next().value ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ one }) => one);
        const cut = Math.floor(shuffled.length / 2);
        const split = [slice("web", ...shuffled.slice(cut)), slice("web", ...shuffled.slice(0, cut)), slice("web")];
        t.same(planner.plan(web, split), planner.plan(web, [slice("web", ...endpoints)]));
      },
    ),
    { numRuns: 100 },
  );
  t.end();
});

t.test("a Service is announced exactly if an endpoint that may take its traffic serves", (t) => {
  fc.assert(
    fc.property(fc.array(anEndpoint, { maxLength: 6 }), fc.boolean(), (endpoints, local) => {
      const web = service("web", ["198.51.100.1"], { externalTrafficPolicy: local ? "Local" : "Cluster" });
      const plan = planner.plan(web, [slice("web", ...endpoints)]);
      const serves = endpoints.some((one) => one.serving && (!local || one.nodeName === "n1"));
      t.equal(plan.announcements.length, serves ? 1 : 0);
      t.equal(plan.reasons.length, serves ? 0 : 1);
    }),
    { numRuns: 100 },
  );
  t.end();
});
