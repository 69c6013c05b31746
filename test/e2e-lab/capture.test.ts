import t from "tap";
import { parseSeen } from "../../e2e/lab/capture.ts";

t.test("packets of tcpdump are read with their times, their further lines joined", (t) => {
  const output = `tcpdump: listening on lan, link-type EN10MB
1795250591.250500 IP (tos 0x0, ttl 1)
    10.0.0.12.51765 > 10.0.0.1.179: BGP
\tWithdrawn routes:
\t  198.51.100.1/32
1795250592.000250 ARP, Request who-has 10.0.0.1
2 packets captured
`;
  t.same(parseSeen(output), [
    {
      at: 1795250591250.5,
      text: "IP (tos 0x0, ttl 1) 10.0.0.12.51765 > 10.0.0.1.179: BGP Withdrawn routes: 198.51.100.1/32",
    },
    { at: 1795250592000.25, text: "ARP, Request who-has 10.0.0.1" },
  ]);
  t.end();
});

t.test("route changes of ip monitor are read with their times, which are local", (t) => {
  const output = `[2026-11-21T08:43:11.325470] 198.51.100.1 nhid 38 proto bgp metric 20
\tnexthop via 10.0.0.11 dev lan weight 1
[2026-11-21T08:43:12.000500] Deleted 198.51.100.1 nhid 38
`;
  t.same(parseSeen(output), [
    {
      at: Date.parse("2026-11-21T08:43:11") + 325.47,
      text: "198.51.100.1 nhid 38 proto bgp metric 20 nexthop via 10.0.0.11 dev lan weight 1",
    },
    { at: Date.parse("2026-11-21T08:43:12") + 0.5, text: "Deleted 198.51.100.1 nhid 38" },
  ]);
  t.end();
});

t.test("a line that is not complete yet is no packet yet", (t) => {
  t.same(parseSeen("1795250591.21"), []);
  t.same(parseSeen(""), []);
  t.end();
});
