/** `/bgp/*`: the sessions of an agent that speaks BGP itself, in full. */
import type { LookingGlass } from "../backend/looking-glass.ts";
import type { Reply, Route } from "../net/http.ts";

/** `glass` is asked at each request; undefined where there is none. */
export function bgpRoutes(glass: () => LookingGlass | undefined): Readonly<Record<string, Route>> {
  const answer =
    (read: (glass: LookingGlass, peer?: string) => readonly object[] | undefined): Route =>
    (query): Reply => {
      const peer = query.get("peer") ?? undefined;
      const shown = glass();
      if (shown === undefined) return { status: 404, body: "this agent speaks no BGP itself\n" };
      const values = read(shown, peer);
      if (values === undefined) return { status: 404, body: `there is no peer ${peer}\n` };
      return { status: 200, body: `${JSON.stringify(values, undefined, 2)}\n`, type: "application/json" };
    };
  return {
    "/bgp/peers": answer((shown, peer) => shown.peers(peer)),
    "/bgp/routes": answer((shown, peer) => shown.routes(peer)),
    "/bgp/log": answer((shown, peer) => shown.log(peer)),
  };
}
