/** Every way MP_REACH_NLRI and MP_UNREACH_NLRI can be wrong: RFC 7606 §5, §7.11, §7.12. */
import { AS_PATH, ORIGIN, update } from "../../support/wire.ts";
import { IPV6_NEXT_HOP, REACH_IPV6, also, judge, reset, withdraw } from "../../support/update-cases.ts";
import type { Case } from "../../support/update-cases.ts";

const multiprotocol: readonly Case[] = [
  {
    name: "MP_REACH_NLRI twice",
    bytes: update({ attributes: [REACH_IPV6, REACH_IPV6, ORIGIN, AS_PATH] }),
    verdict: reset,
    subcode: 1,
  },
  { name: "MP_UNREACH_NLRI twice", bytes: also("80 0f 03 000201 80 0f 03 000201"), verdict: reset, subcode: 1 },
  {
    name: "MP_REACH_NLRI of four bytes",
    bytes: also("80 0e 04 0002 01 00"),
    verdict: reset,
    subcode: 9,
    data: "800e0400020100",
  },
  {
    name: "MP_REACH_NLRI whose next hop overruns it",
    bytes: also("80 0e 05 0002 01 10 00"),
    verdict: reset,
    subcode: 9,
    data: "800e050002011000",
  },
  {
    name: "an IPv6 next hop of 4 bytes",
    bytes: also("80 0e 09 0002 01 04 c0000201 00"),
    verdict: reset,
    subcode: 9,
    data: "800e0900020104c000020100",
  },
  {
    name: "an IPv4 next hop of 5 bytes",
    bytes: also("80 0e 0a 0001 01 05 c000020100 00"),
    verdict: reset,
    subcode: 9,
    data: "800e0a00010105c00002010000",
  },
  {
    name: "an IPv6 prefix length above 128",
    bytes: also(`80 0e 26 0002 01 10 ${IPV6_NEXT_HOP} 00 81 ${IPV6_NEXT_HOP}`),
    verdict: reset,
    subcode: 9,
    data: `800e26 00020110${IPV6_NEXT_HOP}0081${IPV6_NEXT_HOP}`,
  },
  {
    name: "an IPv6 prefix cut short",
    bytes: also(`80 0e 18 0002 01 10 ${IPV6_NEXT_HOP} 00 20 2001`),
    verdict: reset,
    subcode: 9,
    data: `800e18 00020110${IPV6_NEXT_HOP}00202001`,
  },
  {
    name: "MP_UNREACH_NLRI of two bytes",
    bytes: also("80 0f 02 0002"),
    verdict: reset,
    subcode: 9,
    data: "800f020002",
  },
  {
    name: "a withdrawn IPv6 prefix cut short",
    bytes: also("80 0f 05 0002 01 20 20"),
    verdict: reset,
    subcode: 9,
    data: "800f050002012020",
  },
  {
    name: "MP_REACH_NLRI with the transitive flag",
    bytes: update({ attributes: [["", `c0 0e 1a 0002 01 10 ${IPV6_NEXT_HOP} 00 20 20010db8`], ORIGIN, AS_PATH] }),
    verdict: withdraw,
    subcode: 4,
    data: `c00e1a00020110${IPV6_NEXT_HOP}002020010db8`,
  },
  {
    name: "MP_UNREACH_NLRI with the transitive flag and no reachable route",
    bytes: update({ attributes: [["", "c0 0f 08 0002 01 20 20010db8"]] }),
    verdict: reset,
    subcode: 4,
    data: "c00f080002012020010db8",
  },
  {
    name: "MP_UNREACH_NLRI with the transitive flag beside a reachable route",
    bytes: also("c0 0f 03 0002 01"),
    verdict: withdraw,
    subcode: 4,
    data: "c00f03000201",
  },
];

judge(multiprotocol);
