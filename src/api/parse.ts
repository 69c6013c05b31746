/** From an object as a source delivers it to a value of a known kind, with what is wrong about it. */
import type { RawObject } from "../model/object.ts";
import { nearest } from "../model/nearest.ts";
import type { Problem } from "../model/problem.ts";
import { problemOf } from "../model/problem.ts";
import { endpointSlice } from "./core/endpoint-slice.ts";
import { namespace } from "./core/namespace.ts";
import { node } from "./core/node.ts";
import { secret } from "./core/secret.ts";
import { service } from "./core/service.ts";
import type { Kind, Parse } from "./kind.ts";
import { bfdProfile } from "./metallb/bfd-profile.ts";
import { bgpAdvertisement } from "./metallb/bgp-advertisement.ts";
import { bgpPeer, bgpPeerV1beta1 } from "./metallb/bgp-peer.ts";
import { community } from "./metallb/community.ts";
import { configurationState } from "./metallb/configuration-state.ts";
import { ipAddressPool } from "./metallb/ip-address-pool.ts";
import { l2Advertisement } from "./metallb/l2-advertisement.ts";
import { serviceBgpStatus } from "./metallb/service-bgp-status.ts";
import { serviceL2Status } from "./metallb/service-l2-status.ts";
import { list } from "./schema.ts";

type ObjectOf<K> = K extends Kind<infer O> ? O : never;

export type ServiceObject = ObjectOf<typeof service>;
export type NodeObject = ObjectOf<typeof node>;
export type NamespaceObject = ObjectOf<typeof namespace>;
export type SecretObject = ObjectOf<typeof secret>;
export type EndpointSliceObject = ObjectOf<typeof endpointSlice>;
export type IPAddressPoolObject = ObjectOf<typeof ipAddressPool>;
export type L2AdvertisementObject = ObjectOf<typeof l2Advertisement>;
export type BGPAdvertisementObject = ObjectOf<typeof bgpAdvertisement>;
export type BFDProfileObject = ObjectOf<typeof bfdProfile>;
export type CommunityObject = ObjectOf<typeof community>;
export type BGPPeerObject = ObjectOf<typeof bgpPeer>;
/** Kinds that Herald writes and does not read. */
export type StatusObject =
  | ObjectOf<typeof configurationState>
  | ObjectOf<typeof serviceL2Status>
  | ObjectOf<typeof serviceBgpStatus>;

/** An object of a kind that has a meaning here; `kind` tells which. */
export type ApiObject =
  | ServiceObject
  | NodeObject
  | NamespaceObject
  | SecretObject
  | EndpointSliceObject
  | IPAddressPoolObject
  | L2AdvertisementObject
  | BGPAdvertisementObject
  | BFDProfileObject
  | CommunityObject
  | BGPPeerObject
  | StatusObject;

/** Every kind in every version that is read. */
export const kinds: readonly Kind<ApiObject>[] = [
  service,
  node,
  namespace,
  secret,
  endpointSlice,
  ipAddressPool,
  l2Advertisement,
  bgpAdvertisement,
  bfdProfile,
  community,
  bgpPeer,
  bgpPeerV1beta1,
  configurationState,
  serviceL2Status,
  serviceBgpStatus,
];

const byName = new Map(kinds.map((kind) => [`${apiVersionOf(kind)}/${kind.kind}`, kind]));

function apiVersionOf({ group, version }: Kind<ApiObject>): string {
  return group === "" ? version : `${group}/${version}`;
}

/** Objects of other kinds have no meaning here: they give neither an object nor a problem. */
export function parseObject(raw: RawObject): Parse<ApiObject> {
  const kind = byName.get(`${raw.apiVersion}/${raw.ref.kind}`);
  if (kind !== undefined) return kind.parse(raw);
  const problem = misnamed(raw);
  return { problems: problem === undefined ? [] : [problem] };
}

function misnamed(raw: RawObject): Problem | undefined {
  const { group, kind } = raw.ref;
  const versions = kinds.filter((known) => known.group === group && known.kind === kind).map(apiVersionOf);
  if (versions.length > 0) {
    const what = `${JSON.stringify(raw.apiVersion)} is not a version of ${kind} that Herald reads`;
    return problemOf("error", raw, "apiVersion", what, `write ${list(versions, "or")}`);
  }
  const metallb = kinds.filter((known) => known.group === "metallb.io");
  if (group === "metallb.io") {
    const names = [...new Set(metallb.map((known) => known.kind))].sort();
    const meant = nearest(kind, names);
    const fix = meant === undefined ? `write ${list(names, "or")}` : `did you mean ${meant}?`;
    return problemOf("error", raw, "kind", `${JSON.stringify(kind)} is not a kind of metallb.io`, fix);
  }
  const sameKind = metallb.filter((known) => known.kind === kind).map(apiVersionOf);
  if (sameKind.length === 0 || nearest(group, ["metallb.io"]) === undefined) return undefined;
  const what = `${JSON.stringify(raw.apiVersion)} is not the group of ${kind}, so the object is not read`;
  return problemOf("error", raw, "apiVersion", what, `write ${list(sameKind, "or")}`);
}
