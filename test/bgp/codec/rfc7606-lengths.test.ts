/** Lengths that lead beyond the message, and UPDATEs without a route: RFC 7606 §3, §5.2, §5.3. */
import { ADD_PATH, MANDATORY, message, NET_10, update } from "../../support/wire.ts";
import { also, discard, judge, reset, withdraw } from "../../support/update-cases.ts";
import type { Case } from "../../support/update-cases.ts";

const lengths: readonly Case[] = [
  {
    name: "withdrawn routes longer than the message",
    bytes: message(2, ["withdrawn length", "0003"], ["attributes length", "0000"]),
    verdict: reset,
    subcode: 1,
  },
  {
    name: "no room for the attributes length",
    bytes: message(2, ["withdrawn length", "0002"], ["withdrawn", "08 0a"]),
    verdict: reset,
    subcode: 1,
  },
  {
    name: "attributes longer than the message",
    bytes: message(2, ["withdrawn length", "0000"], ["attributes length", "0005"], ["", "40 01 01 00"]),
    verdict: reset,
    subcode: 1,
  },
  {
    name: "a withdrawn prefix length above 32",
    bytes: update({ withdrawn: [["", "21 0a000000 00"]] }),
    verdict: reset,
    subcode: 10,
  },
  {
    name: "a withdrawn prefix cut short",
    bytes: update({ withdrawn: [["", "18 0a00"]] }),
    verdict: reset,
    subcode: 10,
  },
  {
    name: "an NLRI prefix length above 32",
    bytes: update({ attributes: MANDATORY, nlri: [["", "21 0a000000 00"]] }),
    verdict: reset,
    subcode: 10,
  },
  {
    name: "an NLRI prefix cut short",
    bytes: update({ attributes: MANDATORY, nlri: [["", "20 0a0000"]] }),
    verdict: reset,
    subcode: 10,
  },
  {
    name: "NLRI whose path identifier is cut short",
    bytes: update({ attributes: MANDATORY, nlri: [["", "000000"]] }),
    verdict: reset,
    subcode: 10,
    context: ADD_PATH,
  },
  {
    name: "an attribute that overruns the attributes",
    bytes: also("40 05 05 00000064"),
    verdict: withdraw,
    subcode: 1,
  },
  { name: "two bytes left of the attributes", bytes: also("40 05"), verdict: withdraw, subcode: 1 },
  { name: "three bytes left, of an extended attribute", bytes: also("50 05 00"), verdict: withdraw, subcode: 1 },
  {
    name: "an MP_REACH_NLRI that overruns the attributes",
    bytes: also("80 0e 20 0002"),
    verdict: reset,
    subcode: 1,
  },
  {
    name: "an MP_UNREACH_NLRI that overruns the attributes",
    bytes: also("80 0f 20 0002"),
    verdict: reset,
    subcode: 1,
  },
];

const withoutRoutes: readonly Case[] = [
  {
    name: "a bad attribute and no reachable route",
    bytes: update({ attributes: [["ORIGIN 3", "40 01 01 03"]] }),
    verdict: reset,
    subcode: 6,
    data: "40010103",
  },
  {
    name: "a bad attribute beside withdrawn routes alone",
    bytes: update({ withdrawn: [NET_10], attributes: [["", "80 04 01 00"]] }),
    verdict: reset,
    subcode: 5,
    data: "80040100",
  },
  {
    name: "attributes cut short and no reachable route",
    bytes: update({ attributes: [["", "40"]] }),
    verdict: reset,
    subcode: 1,
  },
  {
    name: "a discarded attribute and no reachable route",
    bytes: update({ attributes: [["", "40 06 01 00"]] }),
    verdict: discard,
    subcode: 5,
    data: "40060100",
  },
];

judge([...lengths, ...withoutRoutes]);
