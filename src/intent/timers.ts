/** Hold and keepalive time of a peer (RFC 4271 section 4.4). */
import type { BGPPeerObject } from "../api/parse.ts";
import type { Peer } from "../model/config.ts";
import type { Report } from "./report.ts";

/** What RFC 4271 section 10 suggests, in seconds. */
const HOLD_TIME = 90;
const MAX_HOLD_TIME = 65_535;

type Timers = Pick<Peer, "holdTime" | "keepaliveTime">;

/** Undefined: they cannot work together; the report says why. */
export function timersOf(object: BGPPeerObject, report: Report): Timers | undefined {
  const hold = secondsOf(object, "holdTime", report);
  const keepalive = secondsOf(object, "keepaliveTime", report);
  if (hold === "wrong" || keepalive === "wrong") return undefined;
  const holdTime = hold ?? (keepalive === undefined ? HOLD_TIME : keepalive * 3);
  if (holdTime !== 0 && (holdTime < 3 || holdTime > MAX_HOLD_TIME)) {
    const field = hold === undefined ? "spec.keepaliveTime" : "spec.holdTime";
    const what = hold === undefined ? `asks for a hold time of ${holdTime}s` : `${holdTime}s is out of range`;
    report.error(object, field, what, `write 0s, or a hold time from 3s to ${MAX_HOLD_TIME}s`);
    return undefined;
  }
  if (keepalive !== undefined && keepalive > holdTime) {
    report.error(
      object,
      "spec.keepaliveTime",
      `${keepalive}s is longer than the hold time of ${holdTime}s`,
      holdTime === 0 ? "remove it" : `write ${Math.floor(holdTime / 3)}s or remove it`,
    );
    return undefined;
  }
  const third = Math.floor(holdTime / 3);
  if (keepalive === 0 && holdTime > 0) {
    const what = `0s would let the session end after the hold time of ${holdTime}s; ${third}s is used`;
    report.warning(object, "spec.keepaliveTime", what, `write ${third}s or remove it`);
    return { holdTime, keepaliveTime: third };
  }
  return { holdTime, keepaliveTime: keepalive ?? third };
}

/** BGP counts whole seconds. */
function secondsOf(
  object: BGPPeerObject,
  name: "holdTime" | "keepaliveTime",
  report: Report,
): number | undefined | "wrong" {
  const milliseconds = object.spec[name];
  if (milliseconds === undefined) return undefined;
  const seconds = Math.floor(milliseconds / 1000);
  if (seconds * 1000 === milliseconds) return seconds;
  const field = `spec.${name}`;
  if (seconds === 0) {
    report.error(object, field, `${milliseconds}ms is less than a second`, "write whole seconds");
    return "wrong";
  }
  const what = `${milliseconds}ms is not whole seconds, which is what BGP counts in; ${seconds}s is used`;
  report.warning(object, field, what, `write ${seconds}s`);
  return seconds;
}
