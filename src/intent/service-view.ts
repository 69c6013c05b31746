/** A Service as the allocator and the plan see it. */
import type { ServiceObject } from "../api/parse.ts";
import type { Address, Family } from "../model/address.ts";
import { sameAddress } from "../model/address.ts";
import { nameKey } from "../model/object.ts";
import type { Problem } from "../model/problem.ts";
import { problemOf } from "../model/problem.ts";
import type { AddressRequest, ServiceView } from "../model/service.ts";
import {
  annotationField,
  ANNOTATIONS,
  deprecatedAnnotations,
  filled,
  sharingKey,
  unknownAnnotations,
} from "./annotations.ts";
import { compareText, quote } from "./report.ts";
import { Shared } from "./shared.ts";

export interface Viewed<V> {
  readonly view: V;
  readonly problems: readonly Problem[];
}

// Shared by all Services, and bounded.
const types = new Shared<ServiceView["type"]>();
const policies = new Shared<ServiceView["ipFamilyPolicy"]>();
/** Names of namespaces, classes and pools. */
const names = new Shared<string>();
const labelSets = new Shared<ServiceView["labels"]>();
const portLists = new Shared<ServiceView["ports"]>();
const requests = new Shared<AddressRequest>();
const familyLists = new Shared<readonly Family[]>();

export function serviceView(service: ServiceObject): Viewed<ServiceView> {
  const { ref, metadata, spec } = service;
  const wrong = wrongRequest(service);
  const allocatedFrom = filled(service, ANNOTATIONS.allocatedFrom)?.text;
  const { loadBalancerClass } = spec;
  const view: ServiceView = {
    key: nameKey(ref),
    namespace: names.of(ref.namespace),
    name: ref.name,
    ...(ref.uid === undefined ? {} : { uid: ref.uid }),
    ...(metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
    labels: labelSets.of(metadata.labels),
    type: types.of(spec.type),
    ...(loadBalancerClass === undefined || loadBalancerClass === ""
      ? {}
      : { loadBalancerClass: names.of(loadBalancerClass) }),
    externalTrafficPolicy: spec.externalTrafficPolicy,
    ...healthCheckOf(service),
    ports: portLists.of(spec.ports.map(({ port, protocol }) => ({ port, protocol }))),
    selector: canonical(spec.selector),
    families: familyLists.of(familiesOf(service)),
    ipFamilyPolicy: policies.of(spec.ipFamilyPolicy),
    request: wrong === undefined ? requestOf(service) : { invalid: `${wrong.field}: ${wrong.what}; ${wrong.fix}` },
    ingress: valuesOf(service.status.loadBalancer.ingress.map(({ ip }) => ip)),
    ...(allocatedFrom === undefined ? {} : { allocatedFrom: names.of(allocatedFrom) }),
    deprecatedAnnotations: trimmed(deprecatedAnnotations(service)),
    deleting: metadata.deletionTimestamp !== undefined,
  };
  return { view, problems: [...(wrong === undefined ? [] : [wrong]), ...unknownAnnotations(service)] };
}

function healthCheckOf({ spec }: ServiceObject): Pick<ServiceView, "healthCheckNodePort"> {
  const { externalTrafficPolicy, healthCheckNodePort = 0 } = spec;
  return externalTrafficPolicy === "Local" && healthCheckNodePort > 0 ? { healthCheckNodePort } : {};
}

type WrittenAddress = NonNullable<ServiceObject["spec"]["clusterIP"]>;

function valuesOf(addresses: readonly (WrittenAddress | undefined)[]): readonly Address[] {
  return trimmed(addresses.flatMap((written) => (written !== undefined && "value" in written ? [written.value] : [])));
}

const NONE: readonly never[] = [];

/** The same list, to be kept: one that grew to its length has room for sixteen more. */
function trimmed<T>(items: readonly T[]): readonly T[] {
  return items.length === 0 ? NONE : [...items];
}

function canonical(selector: Readonly<Record<string, string>>): string {
  return Object.entries(selector)
    .map((entry) => entry.join("="))
    .sort(compareText)
    .join(",");
}

function familiesOf({ spec }: ServiceObject): readonly Family[] {
  const listed = spec.clusterIPs ?? [];
  const texts = (listed.length > 0 ? listed : [spec.clusterIP]).filter((ip) => ip !== undefined && ip.text !== "");
  if (spec.type === "ExternalName" || texts.some((ip) => ip?.text === "None")) return NONE;
  const assigned = valuesOf(texts);
  if (assigned.length > 0) return [...new Set(assigned.map(({ family }) => family))];
  const written = spec.ipFamilies?.map((family): Family => (family === "IPv6" ? 6 : 4)) ?? [];
  return wantedFamilies(written, spec.ipFamilyPolicy);
}

/** What an API server of a dual-stack cluster would give. */
function wantedFamilies(given: readonly Family[], policy: ServiceView["ipFamilyPolicy"]): readonly Family[] {
  const primary = given[0] ?? 4;
  if (policy === "SingleStack") return [primary];
  return primary === 4 ? [4, 6] : [6, 4];
}

interface AskedAddresses {
  /** The field that holds them. */
  readonly field: string;
  readonly addresses: readonly WrittenAddress[];
}

/** Where the user asks for addresses: the field of the specification and the annotation. */
function askedAddresses(service: ServiceObject): AskedAddresses[] {
  const asked: AskedAddresses[] = [];
  const { loadBalancerIP } = service.spec;
  if (loadBalancerIP !== undefined && loadBalancerIP.text !== "") {
    asked.push({ field: "spec.loadBalancerIP", addresses: [loadBalancerIP] });
  }
  const annotation = filled(service, ANNOTATIONS.addresses);
  if (annotation !== undefined) {
    const addresses = service.annotatedAddresses.get(annotation.name) ?? [];
    asked.push({ field: annotationField(annotation.name), addresses });
  }
  return asked;
}

/** What makes the request impossible to understand, if anything. */
function wrongRequest(service: ServiceObject): Problem | undefined {
  if (service.spec.type !== "LoadBalancer") return undefined;
  const [first, second] = askedAddresses(service);
  if (first === undefined) return undefined;
  const { field } = first;
  if (second !== undefined) {
    return problemOf("error", service, second.field, `asks for addresses beside ${field}`, "write one of the two");
  }
  for (const written of first.addresses) {
    if (!("value" in written)) return problemOf("error", service, field, written.what, written.fix);
  }
  const addresses = valuesOf(first.addresses);
  for (const [index, address] of addresses.entries()) {
    const before = addresses.findIndex(({ family }) => family === address.family);
    const earlier = addresses[before];
    if (before === index || earlier === undefined) continue;
    const [a, b] = [first.addresses[before]?.text ?? "", first.addresses[index]?.text ?? ""];
    const what = sameAddress(earlier, address)
      ? `names ${quote(b)} twice`
      : `${quote(a)} and ${quote(b)} are both IPv${address.family}`;
    return problemOf("error", service, field, what, "write at most one IPv4 and one IPv6 address");
  }
  return undefined;
}

function requestOf(service: ServiceObject): AddressRequest {
  const pool = filled(service, ANNOTATIONS.pool)?.text;
  const key = sharingKey(service);
  const request: AddressRequest = {
    addresses: valuesOf(askedAddresses(service).flatMap(({ addresses }) => addresses)),
    ...(pool === undefined ? {} : { pool }),
    ...(key === undefined ? {} : { sharingKey: key }),
  };
  return request.addresses.length > 0 ? request : requests.of(request);
}
