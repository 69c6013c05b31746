/** One BGPPeer to a peer: the rules that need no other peer. */
import type { BGPPeerObject, SecretObject } from "../api/parse.ts";
import { formatPrefix } from "../model/address.ts";
import type { Family } from "../model/address.ts";
import type { BfdProfile, Peer, Secret } from "../model/config.ts";
import { nearest } from "../model/nearest.ts";
import { distinct, distinctSelectors } from "./lists.ts";
import type { Report } from "./report.ts";
import { didYouMean, quote } from "./report.ts";
import { sessionOf, tcpAoOf } from "./sessions.ts";
import { timersOf } from "./timers.ts";

/** How long to wait between attempts to connect where the peer names no connectTime, in seconds. */
const CONNECT_TIME = 2;

/** Linux takes no longer key for TCP-MD5. */
const MAX_PASSWORD_BYTES = 80;

export interface References {
  readonly profiles: ReadonlyMap<string, BfdProfile>;
  /** By "namespace/name"; undefined where they cannot be seen. */
  readonly secrets: ReadonlyMap<string, SecretObject> | undefined;
}

/** Undefined: the peer has no effect; the report says why. */
export function compilePeer(object: BGPPeerObject, references: References, report: Report): Peer | undefined {
  const { spec } = object;
  const asn = asnOf(object, report);
  const place = placeOf(object, report);
  const timers = timersOf(object, report);
  const password = passwordOf(object, references.secrets, report);
  if (asn === undefined || place === undefined || timers === undefined || password === "missing") return undefined;
  if (password !== undefined && place.interface !== undefined) {
    const field = object.spec.passwordSecret === undefined ? "spec.password" : "spec.passwordSecret";
    const what = "is bound to the address of the peer (TCP-MD5), and an unnumbered peer has none";
    report.error(object, field, what, "write peerAddress in place of interface, or leave the password out");
    return undefined;
  }
  const tcpAo = tcpAoOf(object, password, report);
  if (tcpAo === "wrong") return undefined;
  if (spec.disableMP) {
    report.warning(object, "spec.disableMP", "is deprecated and has no effect", "remove it");
  }
  const internal = asn.peerAsn === "internal" || asn.peerAsn === (spec.localASN ?? asn.myAsn);
  if (spec.ebgpMultiHop && internal) {
    const what = "has no effect on an internal peer, which may be any number of hops away";
    report.warning(object, "spec.ebgpMultiHop", what, "remove it, or write another peerASN");
  }
  const bfdProfile = bfdProfileOf(object, references.profiles, report);
  if (spec.bfdStrictMode && (!given(spec.bfdProfile) || spec.listenRange !== undefined)) {
    report.warning(object, "spec.bfdStrictMode", "has no effect without bfdProfile", "name a profile, or remove it");
  }
  return {
    name: object.ref.name,
    ...asn,
    ...place,
    ...(spec.existing && { existing: true }),
    ...(spec.localASN === undefined ? {} : { localAsn: spec.localASN }),
    ...(spec.sourceAddress === undefined ? {} : { sourceAddress: spec.sourceAddress }),
    port: spec.peerPort,
    ...timers,
    connectTime: spec.connectTime === undefined ? CONNECT_TIME : spec.connectTime / 1000,
    ...(spec.routerID === undefined ? {} : { routerId: spec.routerID }),
    nodeSelectors: distinctSelectors(spec.nodeSelectors, object, "spec.nodeSelectors", report),
    ...(password === undefined ? {} : { password }),
    ...(tcpAo === undefined ? {} : { tcpAo }),
    ...(bfdProfile === undefined ? {} : { bfdProfile }),
    ...(bfdProfile !== undefined && spec.bfdStrictMode ? { bfdStrict: true as const } : {}),
    gracefulRestart: spec.enableGracefulRestart ?? true,
    ebgpMultiHop: spec.ebgpMultiHop && !internal && !spec.ttlSecurity,
    ...(given(spec.vrf) ? { vrf: spec.vrf } : {}),
    families: familiesOf(object),
    ...policyOf(object, report),
    ...sessionOf(object, report),
  };
}

function given(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}

function asnOf(object: BGPPeerObject, report: Report): Pick<Peer, "myAsn" | "peerAsn"> | undefined {
  const { myASN, peerASN = 0, dynamicASN } = object.spec;
  if (myASN === 0) {
    report.error(object, "spec.myASN", "0 is not an AS number", "write a number from 1 to 4294967295");
    return undefined;
  }
  if (peerASN !== 0 && dynamicASN !== undefined) {
    const what = `${quote(dynamicASN)} and peerASN ${peerASN} are both given`;
    report.error(object, "spec.dynamicASN", what, "write one of the two");
    return undefined;
  }
  if (dynamicASN !== undefined) return { myAsn: myASN, peerAsn: dynamicASN };
  if (peerASN !== 0) return { myAsn: myASN, peerAsn: peerASN };
  report.error(object, "spec.peerASN", "is missing", "write the AS number of the peer, or dynamicASN");
  return undefined;
}

type Place = Pick<Peer, "address" | "interface" | "listenRange">;

function placeOf(object: BGPPeerObject, report: Report): Place | undefined {
  const { peerAddress, interface: name, listenRange, listenLimit, sourceAddress } = object.spec;
  if (listenRange !== undefined) {
    if (peerAddress === undefined && !given(name)) return { listenRange: { prefix: listenRange, limit: listenLimit } };
    const what = `is given beside ${peerAddress === undefined ? "interface" : "peerAddress"}`;
    report.error(object, "spec.listenRange", what, "write one of the two");
    return undefined;
  }
  if (peerAddress !== undefined && given(name)) {
    report.error(object, "spec.interface", `${quote(name)} and peerAddress are both given`, "write one of the two");
    return undefined;
  }
  if (peerAddress === undefined) {
    if (given(name)) return { interface: name };
    report.error(object, "spec.peerAddress", "is missing", "write the address of the peer, or interface");
    return undefined;
  }
  if (sourceAddress !== undefined && sourceAddress.family !== peerAddress.family) {
    report.error(
      object,
      "spec.sourceAddress",
      `is an IPv${sourceAddress.family} address, and peerAddress an IPv${peerAddress.family} one`,
      `write an IPv${peerAddress.family} address of the node`,
    );
    return undefined;
  }
  return { address: peerAddress };
}

function familiesOf({ spec }: BGPPeerObject): ReadonlySet<Family> {
  const own = spec.peerAddress?.family ?? spec.listenRange?.family;
  return new Set(own === undefined || spec.dualStackAddressFamily ? [4, 6] : [own]);
}

function policyOf(object: BGPPeerObject, report: Report): Pick<Peer, "allowedPrefixes" | "maxReceivedPrefixes"> {
  const { allowedPrefixes, maxReceivedPrefixes } = object.spec;
  const allowed = distinct(allowedPrefixes, formatPrefix, object, "spec.allowedPrefixes", report);
  return {
    ...(allowed.length > 0 && { allowedPrefixes: allowed }),
    ...(maxReceivedPrefixes !== undefined && { maxReceivedPrefixes }),
  };
}

/** Without its profile the session works all the same, only slower to notice a failure. */
function bfdProfileOf(object: BGPPeerObject, profiles: References["profiles"], report: Report): BfdProfile | undefined {
  const { bfdProfile: name, listenRange } = object.spec;
  if (!given(name)) return undefined;
  if (listenRange !== undefined) {
    const what = "has no effect beside listenRange: BFD watches an address, and whoever connects is not known before";
    report.warning(
      object,
      "spec.bfdProfile",
      what,
      "write a BGPPeer with peerAddress for each peer that BFD is to watch",
    );
    return undefined;
  }
  const profile = profiles.get(name);
  if (profile !== undefined) return profile;
  report.error(
    object,
    "spec.bfdProfile",
    `${quote(name)} names no BFDProfile in effect; the session runs without BFD`,
    didYouMean(nearest(name, profiles.keys()), "create that profile, or remove the field"),
  );
  return undefined;
}

function passwordOf(
  object: BGPPeerObject,
  secrets: References["secrets"],
  report: Report,
): Secret | undefined | "missing" {
  const { password, passwordSecret } = object.spec;
  const plain = password !== undefined && password.reveal() !== "" ? password : undefined;
  if (!given(passwordSecret?.name)) return plain === undefined ? undefined : fitting(plain, "spec.password");
  if (plain !== undefined) {
    report.error(object, "spec.passwordSecret", "is given beside password", "remove password");
    return "missing";
  }
  const { name, namespace } = passwordSecret;
  if (given(namespace) && namespace !== object.ref.namespace) {
    report.warning(
      object,
      "spec.passwordSecret.namespace",
      `${quote(namespace)} is not looked into, only the namespace of the peer`,
      `write ${object.ref.namespace}, and keep the Secret there`,
    );
  }
  if (secrets === undefined) return undefined;
  const key = `${object.ref.namespace}/${name}`;
  const field = "spec.passwordSecret.name";
  const secret = secrets.get(key);
  if (secret === undefined) {
    report.noSecret(
      object,
      field,
      `there is no Secret ${key}, and the session does not start without its password`,
      "create it with type kubernetes.io/basic-auth and the key password",
    );
    return "missing";
  }
  if (secret.type !== "kubernetes.io/basic-auth") {
    const what = `Secret ${key} has type ${secret.type}`;
    report.secret(object, field, what, "create it again with type kubernetes.io/basic-auth");
    return "missing";
  }
  if (secret.password === undefined || secret.password.reveal() === "") {
    report.secret(object, field, `Secret ${key} has no key password`, "write the password under that key");
    return "missing";
  }
  return fitting(secret.password, field);

  function fitting(candidate: Secret, where: string): Secret | "missing" {
    if (new TextEncoder().encode(candidate.reveal()).length <= MAX_PASSWORD_BYTES) return candidate;
    const what = "the password (not shown) is longer than TCP-MD5 takes";
    const fix = `choose one of at most ${MAX_PASSWORD_BYTES} bytes`;
    if (plain === undefined) report.secret(object, where, what, fix);
    else report.error(object, where, what, fix);
    return "missing";
  }
}
