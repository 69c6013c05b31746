import t from "tap";
import { review } from "../../../src/admission/review.ts";
import type { Problem } from "../../../src/model/problem.ts";
import { World } from "../../../src/world.ts";
import { advertisement, peer, pool, raw } from "../../support/objects.ts";
import type { Written } from "../../support/objects.ts";

const NAMESPACE = "metallb-system";

interface Answer {
  readonly allowed: boolean;
  readonly warnings?: readonly string[];
  readonly status?: { readonly message: string };
}

function within(written: Written, namespace = NAMESPACE) {
  return raw({ ...written, metadata: { namespace, ...written.metadata } });
}

/** What is said of a change, in a cluster with these objects. */
function ask(existing: readonly Written[], operation: string, written: Written, namespace = NAMESPACE): Answer {
  const world = new World({ secrets: "unseen" });
  for (const each of existing) world.apply({ type: "upsert", object: within(each) });
  world.apply({ type: "synced" });
  const { ref, value } = within(written, namespace);
  const { group, kind, name } = ref;
  const request = { uid: "1", operation, kind: { group, version: "v1", kind }, namespace, name, object: value };
  const body = { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", request };
  const answer = review(body, (of, object) => world.consequences(of, object, NAMESPACE)) as { response: Answer };
  t.match(answer, { apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview", response: { uid: "1" } });
  return answer.response;
}

const POOL = pool("good", ["192.0.2.0/24"]);
const COMMUNITY: Written = {
  apiVersion: "metallb.io/v1beta1",
  kind: "Community",
  metadata: { name: "colours" },
  spec: { communities: [{ name: "red", value: "64500:1" }] },
};

function nothing(): readonly Problem[] {
  return [];
}

t.test("what is right is allowed", (t) => {
  t.same(ask([POOL], "CREATE", advertisement("good")), { uid: "1", allowed: true });
  t.end();
});

t.test("pools that overlap are refused, in the words of compile", (t) => {
  const { allowed, status } = ask([POOL], "CREATE", pool("other", ["192.0.2.128/25"]));
  t.notOk(allowed);
  t.match(
    status?.message,
    /^IPAddressPool metallb-system\/other: spec\.addresses\[0\]: "192\.0\.2\.128\/25" overlaps /,
  );
  t.end();
});

t.test("a change that breaks another object is refused", (t) => {
  const narrow = advertisement("narrow", { aggregationLength: 26 });
  const { allowed, status } = ask([pool("good", ["192.0.2.0/26"]), narrow], "UPDATE", pool("good", ["192.0.2.0/28"]));
  t.notOk(allowed);
  t.match(status?.message, /BGPAdvertisement metallb-system\/narrow/);
  t.end();
});

t.test("what was wrong before is no reason", (t) => {
  const broken = pool("broken", ["192.0.2.0/33"]);
  t.ok(ask([broken, POOL], "CREATE", advertisement("good")).allowed);
  t.ok(ask([broken], "UPDATE", pool("broken", ["192.0.2.0/33"], { autoAssign: false })).allowed);
  t.end();
});

t.test("a reference to what may come later is a warning, and so is what has no effect", (t) => {
  const { allowed, warnings } = ask([POOL], "CREATE", advertisement("early", { communities: ["red"] }));
  t.ok(allowed);
  t.match(warnings?.join(), /no Community object defines "red"/);
  const secret = ask([], "CREATE", peer("tor", { passwordSecret: { name: "later" } }));
  t.ok(secret.allowed);
  t.end();
});

t.test("what others refer to is not deleted under them", (t) => {
  const red = advertisement("red", { communities: ["red"] });
  const { allowed, status } = ask([POOL, COMMUNITY, red], "DELETE", COMMUNITY);
  t.notOk(allowed);
  t.match(
    status?.message,
    /BGPAdvertisement metallb-system\/red: spec\.communities\[0\]: no Community object defines "red"/,
  );
  t.ok(ask([POOL, COMMUNITY], "DELETE", COMMUNITY).allowed);
  t.end();
});

t.test("an object in another namespace is refused", (t) => {
  const { allowed, status } = ask([], "CREATE", POOL, "default");
  t.notOk(allowed);
  t.match(status?.message, /"default" is not the namespace that Herald reads; create the object in metallb-system/);
  t.end();
});

t.test("nothing is refused before everything was read, and what is no review is no review", (t) => {
  const answer = review({ request: { uid: "1", operation: "CREATE" } }, () => undefined);
  t.match(answer, { response: { uid: "1", allowed: true } });
  t.equal(review({}, nothing), undefined);
  t.equal(review([], nothing), undefined);
  t.end();
});
