import t from "tap";
import { count, list } from "../../../src/plan/text.ts";

t.test("lists read as people write them, and long ones are cut", (t) => {
  t.equal(list([]), "");
  t.equal(list(["a"]), "a");
  t.equal(list(["a", "b"]), "a and b");
  t.equal(list(["a", "b", "c", "d", "e"]), "a, b, c, d and e");
  t.equal(list(["a", "b", "c", "d", "e", "f", "g"]), "a, b, c, d and 3 more");
  t.equal(`${count(1, "peer")}, ${count(0, "peer")}`, "1 peer, 0 peers");
  t.end();
});
