/** End-of-RIB (RFC 4724 §2): an UPDATE that says that a family's routes have all been sent. */
import { encodeMessage } from "./message.ts";
import { carriedAfi } from "./mp.ts";
import { Afi, type CodecContext, MessageType, SAFI_UNICAST, type UpdateMessage } from "./types.ts";

const EMPTY: UpdateMessage = { type: MessageType.Update, withdrawn: [], attributes: {}, nlri: [] };
const CONTEXT: CodecContext = {
  as4: true,
  ebgp: true,
  addPath: { ipv4: false, ipv6: false },
  extendedMessages: false,
};

/** IPv4: an UPDATE of 23 bytes with nothing in it. IPv6: one with an empty MP_UNREACH_NLRI alone, 29 bytes. */
export function encodeEndOfRib(afi: Afi): Uint8Array {
  const mpUnreach = { afi, safi: SAFI_UNICAST, nlri: [] };
  return encodeMessage(afi === Afi.Ipv4 ? EMPTY : { ...EMPTY, mpUnreach }, CONTEXT);
}

/**
 * The family whose End-of-RIB this is, undefined for any other UPDATE. Ask it of messages with the verdict "ok": one
 * whose attributes were discarded may look empty.
 */
export function endOfRibFamily(update: UpdateMessage): Afi | undefined {
  const { withdrawn, nlri, attributes, mpReach, mpUnreach } = update;
  if (withdrawn.length > 0 || nlri.length > 0 || mpReach !== undefined || Object.keys(attributes).length > 0) {
    return undefined;
  }
  if (mpUnreach === undefined) return Afi.Ipv4;
  return mpUnreach.nlri.length === 0 ? carriedAfi(mpUnreach) : undefined;
}
