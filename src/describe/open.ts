/** An OPEN in words. */
import { capabilityName, formatIpv4 } from "bgp-ts-codec";
import type { Capability, OpenMessage } from "bgp-ts-codec";
import { familyName, hex } from "./names.ts";

/** Of RFC 9234 §4.1. */
const ROLES: readonly string[] = ["provider", "rs", "rs-client", "customer", "peer"];
/** Of RFC 7911 §4. */
const ADD_PATH_MODES: readonly string[] = ["none", "receive", "send", "both"];

/** `asn` is the AS number of the four-octet capability where there is one. */
export function describeOpen({ version, asn16, holdTime, bgpId, capabilities }: OpenMessage): object {
  const wide = capabilities.find((one) => one.kind === "four-octet-as");
  return {
    version,
    asn: wide?.asn ?? asn16,
    asn16,
    holdTime,
    routerId: formatIpv4(bgpId),
    capabilities: capabilities.map(describeCapability),
  };
}

export function describeCapability(capability: Capability): object {
  const { kind } = capability;
  switch (kind) {
    case "multiprotocol":
      return { kind, family: familyName(capability) };
    case "extended-next-hop":
      return {
        kind,
        families: capability.tuples.map((tuple) => ({
          family: familyName(tuple),
          nextHop: tuple.nextHopAfi === 2 ? "ipv6" : `afi ${tuple.nextHopAfi}`,
        })),
      };
    case "role":
      return { kind, role: ROLES[capability.role] ?? capability.role };
    case "graceful-restart": {
      const { restarted, notification, restartTime } = capability;
      return { kind, restarted, notification, restartTime, families: named(capability.families) };
    }
    case "add-path":
      return {
        kind,
        families: capability.families.map(({ mode, ...family }) => ({
          family: familyName(family),
          mode: ADD_PATH_MODES[mode] ?? mode,
        })),
      };
    case "long-lived-graceful-restart":
      return { kind, families: named(capability.families) };
    case "unknown":
      return { kind, code: capability.code, name: capabilityName(capability.code), value: hex(capability.value) };
    case "route-refresh":
    case "extended-message":
    case "four-octet-as":
    case "enhanced-route-refresh":
    case "bfd-strict-mode":
    case "fqdn":
    case "software-version":
      return capability;
  }
}

function named(families: readonly { readonly afi: number; readonly safi: number }[]): object[] {
  return families.map(({ afi, safi, ...rest }) => ({ family: familyName({ afi, safi }), ...rest }));
}
