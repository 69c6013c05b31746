/** What every backend says of itself is what docs/backends.md says, which e2e/backends/features.test.ts sees done. */
import t from "tap";
import { FEATURES, NAMES, pageTable, table } from "../../../e2e/backends/page.ts";
import type { Answer, FeatureName } from "../../../e2e/backends/page.ts";
import type { Feature } from "../../../src/backend/backend.ts";
import { frrSupports } from "../../../src/backend/frr/index.ts";
import { gobgpSupports } from "../../../src/backend/gobgp/index.ts";
import { nativeSupports } from "../../../src/backend/native/index.ts";

const ROWS: Readonly<Record<Feature, string>> = FEATURES;
const native = nativeSupports({ md5: true, ao: true, ttl: true, device: true, listen: true, links: true, bfd: true });

function answers(supports: (feature: Feature) => boolean): ReadonlyMap<FeatureName, Answer> {
  return new Map(NAMES.map((feature) => [feature, supports(feature) ? "yes" : "no"]));
}

t.test("the page's table is what the backends answer", (t) => {
  t.equal(Object.keys(ROWS).length, NAMES.length);
  const said = { native: answers(native), frr: answers(frrSupports), gobgp: answers(gobgpSupports) };
  t.equal(pageTable(), table(said));
  t.end();
});
