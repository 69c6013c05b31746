import { AS_TRANS } from "bgp-ts-codec";
import type { OpenMessage } from "bgp-ts-codec";
import t from "tap";
import { negotiate } from "../../../bgp/session/negotiate.ts";
import { buildOpen } from "../../../bgp/session/open.ts";
import type { Negotiated, SessionConfig } from "../../../bgp/session/types.ts";
import { PEER } from "../../support/bgp-lab.ts";
import { OPEN, withCapabilities } from "../../support/scripted-peer.ts";

const BOTH: SessionConfig = { ...PEER, families: { ipv4: true, ipv6: true } };

function meet(config: SessionConfig, open: OpenMessage) {
  return negotiate(config, buildOpen(config, false), open);
}

function agreed(config: SessionConfig, open: OpenMessage = OPEN): Negotiated {
  const result = meet(config, open);
  if ("notification" in result) throw new Error(result.text);
  return result;
}

const as = (asn16: number, asn?: number): OpenMessage => ({
  ...OPEN,
  asn16,
  capabilities: asn === undefined ? [] : [{ kind: "four-octet-as", asn }],
});

const GRACEFUL = { restartTime: 120, restarted: true, forwarding: false, notification: true };

t.test("our OPEN names families, AS, refresh and what is configured", (t) => {
  const open = buildOpen(
    {
      ...BOTH,
      localAs: 4_200_000_000,
      extendedMessages: true,
      extendedNextHop: true,
      hostName: "node-1",
      gracefulRestart: GRACEFUL,
    },
    false,
  );
  t.equal(open.asn16, AS_TRANS);
  t.same(open.capabilities, [
    { kind: "multiprotocol", afi: 1, safi: 1 },
    { kind: "multiprotocol", afi: 2, safi: 1 },
    { kind: "route-refresh" },
    { kind: "enhanced-route-refresh" },
    { kind: "four-octet-as", asn: 4_200_000_000 },
    { kind: "extended-next-hop", tuples: [{ afi: 1, safi: 1, nextHopAfi: 2 }] },
    { kind: "extended-message" },
    {
      kind: "graceful-restart",
      restarted: true,
      notification: true,
      restartTime: 120,
      families: [
        { afi: 1, safi: 1, forwarding: false },
        { afi: 2, safi: 1, forwarding: false },
      ],
    },
    { kind: "fqdn", host: "node-1", domain: "" },
  ]);
  t.end();
});

t.test("after a session in this run R is clear and F is set (RFC 4724 §3)", (t) => {
  const open = buildOpen({ ...PEER, gracefulRestart: GRACEFUL }, true);
  t.match(
    open.capabilities.find(({ kind }) => kind === "graceful-restart"),
    { restarted: false, families: [{ afi: 1, forwarding: true }] },
  );
  t.end();
});

t.test("hold time is the smaller one, keepalive a third of it at most", (t) => {
  t.match(agreed({ ...PEER, holdTime: 30 }), { holdTime: 30, keepaliveTime: 10 });
  t.match(agreed(PEER, { ...OPEN, holdTime: 9 }), { holdTime: 9, keepaliveTime: 3 });
  t.match(agreed({ ...PEER, keepaliveTime: 2 }), { keepaliveTime: 2 });
  t.match(agreed({ ...PEER, keepaliveTime: 60 }), { keepaliveTime: 30 });
  t.match(agreed({ ...PEER, holdTime: 0 }), { holdTime: 0, keepaliveTime: 0 });
  t.match(agreed(PEER, { ...OPEN, holdTime: 3 }), { holdTime: 3, keepaliveTime: 1 });
  t.end();
});

t.test("families are those of both; without capability 1 the peer has IPv4 alone", (t) => {
  t.match(agreed(BOTH), { families: { ipv4: true, ipv6: true } });
  t.match(agreed(PEER), { families: { ipv4: true, ipv6: false } });
  t.match(agreed(BOTH, { ...OPEN, capabilities: [] }), { families: { ipv4: true, ipv6: false } });
  t.end();
});

t.test("options hold where both sides have them", (t) => {
  const config: SessionConfig = { ...BOTH, extendedMessages: true, extendedNextHop: true, gracefulRestart: GRACEFUL };
  t.match(agreed(config), {
    routeRefresh: true,
    enhancedRouteRefresh: true,
    extendedNextHop: false,
    gracefulRestart: false,
    gracefulNotification: false,
    send: { as4: true, ebgp: true, extendedMessages: false },
    receive: { as4: true, extendedMessages: true },
  });
  const all = withCapabilities(
    { kind: "extended-message" },
    { kind: "extended-next-hop", tuples: [{ afi: 1, safi: 1, nextHopAfi: 2 }] },
    { kind: "graceful-restart", restarted: false, notification: true, restartTime: 120, families: [] },
  );
  t.match(agreed(config, all), {
    extendedNextHop: true,
    gracefulRestart: true,
    gracefulNotification: true,
    send: { extendedMessages: true },
  });
  t.match(agreed(BOTH, all), { extendedNextHop: false, gracefulRestart: false, receive: { extendedMessages: false } });
  t.match(agreed(PEER, { ...OPEN, capabilities: [] }), { send: { as4: false }, routeRefresh: false });
  t.end();
});

t.test("each wrong OPEN has its NOTIFICATION", (t) => {
  const cases: [string, SessionConfig, OpenMessage, number, RegExp][] = [
    ["another AS", PEER, as(64999, 64999), 2, /AS 64999, must be 64513/],
    ["AS 0", PEER, as(0), 2, /AS 0/],
    ["AS 0 in the capability", PEER, as(64513, 0), 2, /AS 0/],
    ["AS_TRANS alone", { ...PEER, remoteAs: "external" }, as(AS_TRANS), 2, /without its four-octet number/],
    ["two AS numbers", PEER, as(64514, 64513), 2, /AS 64514 in the OPEN, but 64513/],
    ["internal where external is wanted", { ...PEER, remoteAs: "external" }, as(64512, 64512), 2, /must be external/],
    ["external where internal is wanted", { ...PEER, remoteAs: "internal" }, OPEN, 2, /must be internal/],
    ["hold time 1", PEER, { ...OPEN, holdTime: 1 }, 6, /hold time 1/],
    ["hold time 2", PEER, { ...OPEN, holdTime: 2 }, 6, /hold time 2/],
    ["below the minimum", { ...PEER, minimumHoldTime: 10 }, { ...OPEN, holdTime: 9 }, 6, /at least 10/],
    ["no identifier", PEER, { ...OPEN, bgpId: 0 }, 3, /0\.0\.0\.0/],
    [
      "our identifier in our AS",
      { ...PEER, remoteAs: 64512 },
      { ...as(64512, 64512), bgpId: PEER.bgpId },
      3,
      /our own/,
    ],
  ];
  for (const [name, config, open, subcode, text] of cases) {
    t.match(meet(config, open), { notification: { code: 2, subcode }, text }, name);
  }
  t.end();
});

t.test("no family in common is 2/7 with the families wanted", (t) => {
  const only6: OpenMessage = { ...OPEN, capabilities: [{ kind: "multiprotocol", afi: 2, safi: 1 }] };
  const result = meet(PEER, only6);
  t.match(result, { notification: { code: 2, subcode: 7 } });
  t.same("notification" in result && [...result.notification.data], [1, 4, 0, 1, 0, 1]);
  t.end();
});

t.test("our identifier in another AS is fine, and so is any AS where external is asked (RFC 6286)", (t) => {
  t.equal(agreed(PEER, { ...OPEN, bgpId: PEER.bgpId }).remoteId, PEER.bgpId);
  t.match(agreed({ ...PEER, remoteAs: "external" }), { remoteAs: 64513, ebgp: true });
  t.match(agreed({ ...PEER, localAs: 64513, remoteAs: "internal" }), { ebgp: false });
  t.end();
});

t.test("a four-octet AS stands as AS_TRANS in the OPEN", (t) => {
  const open: OpenMessage = { ...OPEN, asn16: AS_TRANS, capabilities: [{ kind: "four-octet-as", asn: 4_200_000_001 }] };
  t.equal(agreed({ ...PEER, remoteAs: 4_200_000_001 }, open).remoteAs, 4_200_000_001);
  t.end();
});
