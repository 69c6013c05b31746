/** What a session knows of its peer (RFC 5880 §6.8.1). */
import { Diagnostic, State } from "./packet.ts";
import type { ControlPacket } from "./packet.ts";

/** What the peer's last valid packet said. Intervals in microseconds. */
export interface Remote {
  /** 0: not known. */
  readonly discriminator: number;
  readonly state: State;
  readonly diagnostic: number;
  readonly demand: boolean;
  readonly controlPlaneIndependent: boolean;
  readonly multiplier: number;
  readonly minTx: number;
  readonly minRx: number;
  /** 0: it returns no echo packets. */
  readonly minEchoRx: number;
}

/** RemoteMinRx begins as 1, so that there is a first packet. */
export const UNKNOWN: Remote = {
  discriminator: 0,
  state: State.Down,
  diagnostic: Diagnostic.None,
  demand: false,
  controlPlaneIndependent: false,
  multiplier: 0,
  minTx: 0,
  minRx: 1,
  minEchoRx: 0,
};

export function remoteOf(packet: ControlPacket): Remote {
  return {
    discriminator: packet.myDiscriminator,
    state: packet.state,
    diagnostic: packet.diagnostic,
    demand: packet.demand,
    controlPlaneIndependent: packet.controlPlaneIndependent,
    multiplier: packet.detectMultiplier,
    minTx: packet.desiredMinTx,
    minRx: packet.requiredMinRx,
    minEchoRx: packet.requiredMinEchoRx,
  };
}
