/** A host that watches the way to a peer by other means than BGP (RFC 5882 §4.2, RFC 9384). */
import t from "tap";
import { hostRoutes, Lab, PEER } from "../../support/bgp-lab.ts";
import { withCapabilities } from "../../support/scripted-peer.ts";

const GRACEFUL = { restartTime: 60, restarted: true, forwarding: true, notification: true };

t.test("a dead path ends the session with Cease/10, and no other is tried until the path is something else", (t) => {
  for (const after of ["up", "unwatched"] as const) {
    const lab = new Lab();
    const router = lab.establish();
    lab.speaker.setRoutes(PEER.name, hostRoutes(2));
    lab.settle();
    lab.speaker.setPath(PEER.name, "down");
    lab.settle();
    t.match(router.notification, { code: 6, subcode: 10 });
    t.match(lab.status, { state: "Idle", flaps: 1, lastError: { direction: "sent", text: /BFD Down/ } });
    lab.clock.advance(300_000);
    t.equal(lab.routers.length, 1, "however long it lasts");
    lab.speaker.setPeers([{ ...PEER, holdTime: 30 }]);
    lab.settle();
    t.equal(lab.routers.length, 1, "nor for a changed configuration");
    lab.speaker.setPath(PEER.name, after);
    lab.settle();
    t.equal(lab.routers.length, 2, "then at once");
    lab.router.establish();
    lab.settle();
    t.match(lab.status, { state: "Established", advertised: 2, holdTime: 30 });
  }
  t.end();
});

t.test("where the peer keeps routes over a NOTIFICATION it is a Hard Reset that wraps the Cease", (t) => {
  const lab = new Lab();
  const agreed = withCapabilities({
    kind: "graceful-restart",
    restarted: false,
    notification: true,
    restartTime: 60,
    families: [],
  });
  const router = lab.establish({ gracefulRestart: GRACEFUL }, agreed);
  lab.speaker.setPath(PEER.name, "down");
  lab.settle();
  t.match(router.notification, { code: 6, subcode: 9 });
  t.same([...(router.notification?.data ?? [])].slice(0, 2), [6, 10]);
  t.end();
});

t.test("a path that is up, or dead before there is a connection, changes nothing", (t) => {
  const lab = new Lab();
  lab.speaker.setPath("nobody", "down");
  lab.speaker.setPeers([PEER]);
  lab.speaker.setPath(PEER.name, "down");
  lab.settle();
  lab.router.establish();
  lab.settle();
  lab.speaker.setPath(PEER.name, "up");
  lab.speaker.setPath(PEER.name, "unwatched");
  lab.settle();
  t.match(lab.status, { state: "Established", flaps: 0 });
  t.end();
});
