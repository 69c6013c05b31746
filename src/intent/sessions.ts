/** What Herald adds to BGPPeer about the session itself. */
import type { BGPPeerObject } from "../api/parse.ts";
import type { Peer, Secret } from "../model/config.ts";
import type { Report } from "./report.ts";

type Session = Pick<Peer, "ttlSecurity" | "passive" | "minimumHoldTime" | "sourceInterface">;

export function sessionOf(object: BGPPeerObject, report: Report): Session {
  const { ttlSecurity, ebgpMultiHop, passive, sourceInterface, interface: place } = object.spec;
  if (ttlSecurity && ebgpMultiHop) {
    const what =
      "and ebgpMultiHop are both true: packets of a direct neighbour alone are taken, ebgpMultiHop is ignored";
    report.error(object, "spec.ttlSecurity", what, "remove one of the two");
  }
  const given = sourceInterface !== undefined && sourceInterface !== "";
  const needless = given && place !== undefined && place !== "";
  if (needless) {
    report.warning(
      object,
      "spec.sourceInterface",
      "has no effect beside interface, which is where the peer is",
      "remove it",
    );
  }
  const minimumHoldTime = minimumHoldTimeOf(object, report);
  return {
    ...(ttlSecurity && { ttlSecurity }),
    ...(passive && { passive }),
    ...(minimumHoldTime !== undefined && { minimumHoldTime }),
    ...(given && !needless && { sourceInterface }),
  };
}

/** Seconds. What cannot be is left out: the session accepts any legal hold time then. */
function minimumHoldTimeOf(object: BGPPeerObject, report: Report): number | undefined {
  const milliseconds = object.spec.minimumHoldTime;
  if (milliseconds === undefined) return undefined;
  const seconds = milliseconds / 1000;
  if (Number.isInteger(seconds) && seconds >= 3 && seconds <= 65_535) return seconds;
  const what = `${milliseconds}ms is not a hold time that a session can have; any is accepted`;
  report.error(object, "spec.minimumHoldTime", what, "write whole seconds from 3s to 65535s");
  return undefined;
}

/** "wrong": the peer has no effect, for its session would be another one than was asked for. */
export function tcpAoOf(object: BGPPeerObject, password: Secret | undefined, report: Report): Peer["tcpAo"] | "wrong" {
  const { tcpAO, passive, listenRange } = object.spec;
  if (tcpAO === undefined) return undefined;
  const wrong = (what: string, remedy: string): "wrong" => {
    report.error(object, "spec.tcpAO", what, remedy);
    return "wrong";
  };
  if (password === undefined) return wrong("is without a key", "write passwordSecret, whose password is the key");
  if (passive || listenRange !== undefined) {
    const what = `is for sessions that the speaker opens, and with ${passive ? "passive" : "listenRange"} the peer does`;
    return wrong(what, "remove one of the two");
  }
  const { keyID, receiveKeyID = keyID, algorithm } = tcpAO;
  return { sendId: keyID, receiveId: receiveKeyID, algorithm };
}
