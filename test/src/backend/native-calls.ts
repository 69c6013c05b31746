/** The native backend on a speaker that notes its calls. */
import type { Host, PeerStatus, SpeakerEvent } from "@herald/bgp";
import t from "tap";
import type { Backend } from "../../../src/backend/backend.ts";
import { nativeBackend } from "../../../src/backend/native/index.ts";
import type { NativeOptions, NativeSpeaker } from "../../../src/backend/native/index.ts";
import type { RouteAttributes } from "../../../src/model/announcement.ts";
import { ip } from "../../support/plan-values.ts";

export const NODE = { routerId: 7, nodeAddresses: [ip("fe80::1"), ip("192.0.2.1"), ip("2001:db8::1")], nodeName: "n1" };
export const PLAIN: RouteAttributes = { communities: { standard: [], large: [] } };
export const ALL = { md5: true, ttl: true, device: true };

type Call = { readonly [K in keyof NativeSpeaker]: readonly [K, ...Parameters<NativeSpeaker[K]>] }[keyof NativeSpeaker];

function notUsed(): never {
  throw new Error("the host is for the speaker");
}

const HOST: Host = {
  clock: { now: notUsed, wall: notUsed, setTimer: notUsed },
  random: notUsed,
  dialer: { dial: notUsed },
  log: { debug: notUsed, info: notUsed, warn: notUsed },
};

/** A backend on a speaker that notes its calls. */
export function recorded(options: Partial<NativeOptions> = {}): {
  readonly backend: Backend;
  readonly calls: Call[];
  readonly emit: (event: SpeakerEvent) => void;
  readonly statuses: PeerStatus[];
} {
  const calls: Call[] = [];
  const statuses: PeerStatus[] = [];
  let emit: ((event: SpeakerEvent) => void) | undefined;
  const speaker: NativeOptions["speaker"] = ({ host, onEvent }) => {
    t.equal(host, HOST);
    emit = onEvent;
    return {
      setPeers: (configs, ranges) => void calls.push(["setPeers", configs, ranges]),
      setRoutes: (name, routes) => void calls.push(["setRoutes", name, routes]),
      updateRoutes: (name, change) => void calls.push(["updateRoutes", name, change]),
      setPath: (name, path) => void calls.push(["setPath", name, path]),
      status: () => statuses,
      adjRibOut: () => undefined,
      messages: () => [],
      close(how) {
        calls.push(["close", how]);
        return Promise.resolve();
      },
    };
  };
  const backend = nativeBackend({ host: HOST, speaker, ...options });
  return { backend, calls, statuses, emit: (event) => emit?.(event) };
}
