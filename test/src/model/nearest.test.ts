import t from "tap";
import { editDistance, nearest } from "../../../src/model/nearest.ts";

t.test("the distance counts insertions, deletions, changes and adjacent swaps, up to its limit", (t) => {
  t.equal(editDistance("peer", "peer", 3), 0);
  t.equal(editDistance("peer", "peers", 3), 1);
  t.equal(editDistance("peer", "pear", 3), 1);
  t.equal(editDistance("peer", "pere", 3), 1, "a swap is one edit");
  t.equal(editDistance("", "abc", 3), 3);
  t.equal(editDistance("abc", "wxyz", 2), 3, "more than the limit is the limit and one");
  t.equal(editDistance("a", "abcdef", 2), 3, "lengths alone may decide");
  t.end();
});

t.test("the nearest name is found whatever its case, and only if it is near", (t) => {
  const names = ["autoAssign", "addresses", "avoidBuggyIPs"];
  t.equal(nearest("autoassign", names), "autoAssign");
  t.equal(nearest("adresses", names), "addresses");
  t.equal(nearest("avoidBuggyIps", names), "avoidBuggyIPs");
  t.equal(nearest("nodeSelectors", names), undefined);
  t.equal(nearest("ab", ["xy"]), undefined, "a name with nothing in common is not near, however short");
  t.equal(nearest("pool-1", ["pool-3", "pool-2"]), "pool-2", "the same distance: by name");
  t.end();
});
