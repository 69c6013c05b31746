/**
 * metallb.io BGPPeer: a router to talk BGP with. v1beta1 has the fields of v1beta2 and asks for two more of them, so that
 * each object of v1beta1 is one of v1beta2 and no conversion is needed.
 */
import * as z from "zod";
import { Secret } from "../../model/config.ts";
import { parseHostAddress, parsePeerAddress, parsePrefix, parseRouterId } from "../address.ts";
import { DURATION_PATTERN, parseDuration } from "../duration.ts";
import { kindOf } from "../kind.ts";
import { selectors } from "../selector.ts";
import type { Parsed } from "../text.ts";
import { isFault, textAs, wants } from "../text.ts";
import { resource } from "./resource.ts";
import { IMMUTABLE } from "./rules.ts";

function asn(description: string) {
  const schema = z.int().min(0).max(4_294_967_295).describe(description);
  return wants(schema, "an AS number from 1 to 4294967295");
}

const duration = textAs(parseDuration, 'a duration such as "90s"').meta({ pattern: DURATION_PATTERN });
const address = textAs(parsePeerAddress, "an IPv4 or IPv6 address");

function parseConnectTime(text: string): Parsed<number> {
  const parsed = parseDuration(text);
  if (isFault(parsed)) return parsed;
  const seconds = parsed.value / 1000;
  if (Number.isInteger(seconds) && seconds >= 1 && seconds <= 65_535) return parsed;
  return { what: `${JSON.stringify(text)} is out of range`, fix: "write whole seconds from 1s to 65535s" };
}

const CONNECT_TIME_RULES = [
  {
    rule: 'duration(self) >= duration("1s") && duration(self) <= duration("65535s")',
    message: "write whole seconds from 1s to 65535s",
  },
  {
    rule: "duration(self).getMilliseconds() % 1000 == 0",
    message: "BGP counts whole seconds: leave out fractions",
  },
];

/** Durations come out in milliseconds. */
function keyId(what: string) {
  return z.int().min(0).max(255).describe(`Herald extension: ${what}.`);
}

const spec = z
  .object({
    myASN: asn("AS number of this side, 1 to 4294967295."),
    sourceAddress: textAs(parseHostAddress, "an IPv4 or IPv6 address")
      .optional()
      .describe("Local address to connect from."),
    holdTime: duration
      .optional()
      .describe("How long a silent peer is thought alive: 0, or whole seconds from 3. Default 90s."),
    keepaliveTime: duration
      .optional()
      .describe("How often to send a sign of life, not more than the hold time. Default a third of it."),
    routerID: textAs(parseRouterId, "a number in the form of an IPv4 address")
      .optional()
      .describe("BGP identifier to show to the peer, in the form of an IPv4 address. Default from the node."),
    nodeSelectors: selectors("Labels of the nodes that hold this session; any may match. None: all nodes."),
    password: z
      .string()
      .transform((text) => new Secret(text))
      .optional()
      .describe("TCP-MD5 password. Rather use passwordSecret."),
    bfdProfile: z.string().optional().describe("Name of the BFDProfile to watch the peer with."),
    bfdStrictMode: z
      .boolean()
      .default(false)
      .describe(
        "Herald extension. Whether the session comes up only once BFD is up, with peers that offer the same (capability 74).",
      ),
    ebgpMultiHop: z.boolean().default(false).describe("Whether an external peer is more than one hop away."),
    peerASN: asn("AS number of the peer. Exactly one of peerASN and dynamicASN is given.").optional(),
    dynamicASN: z
      .enum(["internal", "external"])
      .optional()
      .describe("Takes the AS number that the peer tells: the same as ours (internal) or any other (external)."),
    localASN: z
      .int()
      .min(1)
      .max(4_294_967_295)
      .optional()
      .describe("AS number to show to this peer in place of myASN."),
    peerAddress: address.optional().describe("Address of the peer. Exactly one of peerAddress and interface is given."),
    interface: z
      .string()
      .optional()
      .describe("Interface whose other end is the peer (unnumbered), found by its link-local address."),
    peerPort: z
      .int()
      .min(0)
      .max(16_384)
      .transform((port) => (port === 0 ? 179 : port))
      .prefault(179)
      .describe("TCP port of the peer; 0: 179."),
    connectTime: textAs(parseConnectTime, 'a duration such as "5s"')
      .meta({ pattern: DURATION_PATTERN, "x-kubernetes-validations": CONNECT_TIME_RULES })
      .optional()
      .describe("How long to wait before another attempt to connect: whole seconds from 1s to 65535s. Default 2s."),
    passwordSecret: z
      .object({
        name: z.string().optional().describe("Name of the Secret."),
        namespace: z.string().optional().describe("The namespace of the peer; no other is looked into."),
      })
      .meta({ "x-kubernetes-map-type": "atomic" })
      .optional()
      .describe("Secret of type kubernetes.io/basic-auth whose key password is the TCP-MD5 password."),
    enableGracefulRestart: z
      .boolean()
      .meta({ "x-kubernetes-validations": [IMMUTABLE] })
      .optional()
      .describe("Whether the peer keeps our routes while this side restarts. Default true."),
    vrf: z.string().optional().describe("Name of the Linux VRF to connect in."),
    existing: z
      .boolean()
      .default(false)
      .describe(
        "Herald extension. The routing daemon on the node has this neighbor already, and keeps its settings: Herald only adds its prefixes.",
      ),
    disableMP: z.boolean().default(false).describe("Deprecated, without effect."),
    dualStackAddressFamily: z
      .boolean()
      .default(false)
      .describe("Whether the session carries IPv4 and IPv6 routes, whatever the family of its address."),
    allowedPrefixes: z
      .array(textAs(parsePrefix, "a CIDR such as 192.0.2.0/24"))
      .default([])
      .describe("Herald extension. The peer is told only of prefixes within one of these. None: of all."),
    maxReceivedPrefixes: z
      .int()
      .min(1)
      .max(4_294_967_295)
      .optional()
      .describe(
        "Herald extension. A peer that announces more prefixes than this loses its session. Default: no limit.",
      ),
    ttlSecurity: z
      .boolean()
      .default(false)
      .describe("Herald extension: only takes packets of a direct neighbour, which must do the same (GTSM, RFC 5082)."),
    passive: z
      .boolean()
      .default(false)
      .describe("Herald extension: waits for the peer to connect. The speaker needs --bgp-listen."),
    minimumHoldTime: duration
      .optional()
      .describe("Herald extension: least hold time that the peer may ask for, whole seconds from 3s. Default any."),
    listenRange: textAs(parsePrefix, "a prefix such as 10.0.0.0/24")
      .optional()
      .describe(
        "Herald extension: prefix whose addresses may connect as peers, in place of peerAddress. Needs --bgp-listen.",
      ),
    listenLimit: z
      .int()
      .min(1)
      .max(65_535)
      .default(100)
      .describe("Herald extension: how many peers of listenRange there may be at once."),
    sourceInterface: z.string().optional().describe("Herald extension: interface to connect through."),
    tcpAO: z
      .object({
        keyID: keyId("KeyID of what is sent, 0 to 255"),
        receiveKeyID: keyId("KeyID of what is received, 0 to 255. Default keyID").optional(),
        algorithm: z
          .enum(["hmac-sha-1-96", "aes-128-cmac-96"])
          .default("hmac-sha-1-96")
          .describe("Herald extension: how segments are authenticated (RFC 5926)."),
      })
      .optional()
      .describe(
        "Herald extension: the password is the master key of TCP-AO (RFC 5925) in place of TCP-MD5, for sessions that the speaker opens. The kernel must have it (Linux 6.7).",
      ),
  })
  .describe("The peer and how to talk with it.");

export const bgpPeer = kindOf(resource("BGPPeer", "v1beta2", spec));

const specV1beta1 = spec
  .extend({
    peerASN: asn("AS number of the peer."),
    peerAddress: address.describe("Address of the peer."),
  })
  .describe("The peer and how to talk with it.");

export const bgpPeerV1beta1 = kindOf(resource("BGPPeer", "v1beta1", specV1beta1));
