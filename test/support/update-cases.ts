/** Cases of one wrong UPDATE each, and what RFC 7606 makes of it. */
import t from "tap";
import { type CodecContext, decodeMessage, type Verdict } from "bgp-ts-codec";
import { asUpdate, EXTERNAL, fromHex, MANDATORY, NET_10, NEXT_HOP, ORIGIN, type Piece, update } from "./wire.ts";

export interface Case {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly verdict: Verdict;
  /** Subcode and data of the NOTIFICATION of the first most severe error. */
  readonly subcode: number;
  readonly data?: string;
  readonly context?: CodecContext;
}

/** An UPDATE that announces 10.0.0.0/8 and is right but for one more attribute. */
export function also(hex: string): Uint8Array {
  return update({ attributes: [...MANDATORY, ["attribute", hex]], nlri: [NET_10] });
}

/** The same with one of the mandatory attributes replaced. */
export function instead(of: Piece, hex: string): Uint8Array {
  const attributes = MANDATORY.map((piece): Piece => (piece === of ? ["attribute", hex] : piece));
  return update({ attributes, nlri: [NET_10] });
}

export const TWO_BYTE_PATH: Piece = ["AS_PATH 65001", "40 02 04 02 01 fde9"];
export function alsoTwoByte(hex: string): Uint8Array {
  return update({ attributes: [ORIGIN, TWO_BYTE_PATH, NEXT_HOP, ["attribute", hex]], nlri: [NET_10] });
}

export const IPV6_NEXT_HOP = "20010db8000000000000000000000001";
export const REACH_IPV6: Piece = ["MP_REACH 2001:db8::/32", `80 0e 1a 0002 01 10 ${IPV6_NEXT_HOP} 00 20 20010db8`];

export const reset: Verdict = "session-reset";
export const withdraw: Verdict = "treat-as-withdraw";
export const discard: Verdict = "attribute-discard";

/** A test for each: the verdict, the NOTIFICATION that is due, and what becomes of the routes. */
export function judge(cases: readonly Case[]): void {
  for (const { name, bytes, verdict, subcode, data = "", context = EXTERNAL } of cases) {
    t.test(`${name}: ${verdict}, 3/${subcode}`, (t) => {
      const decoded = decodeMessage(bytes, context);
      t.equal(decoded.verdict, verdict);
      const worst = decoded.errors.find((error) => error.verdict === verdict);
      t.same(worst?.notification, { code: 3, subcode, data: fromHex(data) });
      t.equal(decoded.message === null, verdict === reset);
      t.same(decoded.notification, verdict === reset ? worst?.notification : null);
      if (verdict === withdraw) {
        const { nlri, mpReach, withdrawn, mpUnreach } = asUpdate(decoded);
        t.same([nlri, mpReach], [[], undefined], "nothing is reachable");
        t.equal(withdrawn.length + (mpUnreach?.nlri.length ?? 0), 1, "its route is withdrawn");
      }
      if (verdict === discard && !name.includes("no reachable")) t.equal(asUpdate(decoded).nlri.length, 1);
      t.end();
    });
  }
}
