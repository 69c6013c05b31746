import t from "tap";
import { Holders } from "../../../src/allocate/holders.ts";
import type { Claim } from "../../../src/allocate/sharing.ts";

function claim(service: string, ...ports: readonly string[]): Claim {
  return { service, sharingKey: "k", backends: "Cluster", ports };
}

const web = claim("web", "TCP/80", "TCP/443");
const dns = claim("dns", "UDP/53");
const mail = claim("mail", "TCP/25");

/** Who is in the way of a Service with this port on address 7. */
function inTheWay(holders: Holders, port: string): string | undefined {
  return holders.objection(7n, claim("new", port));
}

t.test("one holder is in the way of its ports, and of itself in none", (t) => {
  const holders = new Holders();
  holders.add(7n, web);
  t.equal(holders.size, 1);
  t.equal(holders.first(7n), web);
  t.equal(holders.first(8n), undefined);
  t.equal(inTheWay(holders, "TCP/443"), "has port 443/TCP in use by web");
  t.equal(inTheWay(holders, "UDP/53"), undefined);
  t.equal(holders.objection(7n, claim("web", "TCP/80")), undefined);
  t.equal(holders.objection(8n, claim("new", "TCP/80")), undefined);
  t.end();
});

t.test("whoever of several leaves, the others stay with what they have", (t) => {
  for (const leaver of [web, dns, mail]) {
    const holders = new Holders();
    for (const one of [web, dns, mail]) holders.add(7n, one);
    t.equal(holders.size, 1, "an address counts once");
    t.equal(holders.first(7n), web);
    const blocked = ["TCP/80", "UDP/53", "TCP/25"].filter((port) => inTheWay(holders, port) !== undefined);
    t.equal(blocked.length, 3);
    const stay = [web, dns, mail].filter((one) => one !== leaver);
    holders.delete(7n, leaver);
    t.equal(holders.first(7n), stay[0]);
    for (const one of stay) for (const port of one.ports) t.match(inTheWay(holders, port), `in use by ${one.service}`);
    for (const port of leaver.ports) t.equal(inTheWay(holders, port), undefined);
    t.match(holders.objection(7n, { ...claim(stay[0]?.service ?? ""), sharingKey: "other" }), stay[1]?.service ?? "-");
  }
  t.end();
});

t.test("of two the last is alone again, another may come, and in the end nobody is left", (t) => {
  const holders = new Holders();
  holders.add(7n, web);
  holders.add(7n, dns);
  holders.delete(7n, web);
  t.equal(holders.first(7n), dns);
  t.equal(holders.objection(7n, claim("dns", "TCP/80")), undefined);
  t.equal(inTheWay(holders, "UDP/53"), "has port 53/UDP in use by dns");
  holders.add(7n, mail);
  t.equal(inTheWay(holders, "TCP/25"), "has port 25/TCP in use by mail");
  holders.delete(7n, dns);
  holders.delete(7n, mail);
  t.equal(holders.first(7n), undefined);
  t.equal(holders.size, 0);
  t.end();
});
