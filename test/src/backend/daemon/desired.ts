/** One peer, and what it is to be told: what the tests of the backends that drive a daemon begin with. */
import type { DesiredRoute, DesiredState } from "../../../../src/backend/backend.ts";
import type { Peer } from "../../../../src/model/config.ts";
import { ip, net, peer } from "../../../support/plan-values.ts";

export const TOR = peer("tor-1", { address: ip("192.0.2.254") });
export const NODE = { routerId: 0xc0000201, nodeAddresses: [ip("192.0.2.1")], nodeName: "n1" };

export function route(prefix: string, ...standard: number[]): DesiredRoute {
  return { prefix: net(prefix), attributes: { communities: { standard, large: [] } } };
}

export function state(routes: readonly DesiredRoute[], one: Peer = TOR): DesiredState {
  return { ...NODE, peers: [{ peer: one, routes }] };
}
