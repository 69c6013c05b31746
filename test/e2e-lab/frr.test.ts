import t from "tap";
import { daemonsOf } from "../../e2e/lab/frr.ts";
import { softwareOf } from "../../e2e/lab/software.ts";

t.test("zebra runs first, then what the daemons file switches on", (t) => {
  t.same(daemonsOf("bgpd=yes\nospfd=no\nbfdd=yes\nvtysh_enable=yes\n# ripd=yes\nzebra=yes\n"), [
    "zebra",
    "bgpd",
    "bfdd",
  ]);
  t.end();
});

t.test("an image stands for the software in its name", (t) => {
  t.equal(softwareOf("frrouting/frr:v8.4.1")?.debian, "frr");
  t.equal(softwareOf("pierky/bird:2.0.12")?.debian, "bird2");
  t.equal(softwareOf("jauderho/gobgp:v3.10.0")?.debian, "gobgpd");
  t.equal(softwareOf("nicolaka/netshoot"), undefined);
  t.equal(softwareOf(""), undefined);
  t.end();
});
