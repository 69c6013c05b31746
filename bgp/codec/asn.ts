/** Text of AS numbers (RFC 5396). */

const MAX_ASN = 0xffff_ffff;
const ASPLAIN = /^[1-9]\d{0,9}$/;
const ASDOT = /^(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})$/;

/** asplain ("65536") or asdot ("1.0"), from 1 to 4294967295; undefined for anything else, AS 0 included (RFC 7607). */
export function parseAsn(text: string): number | undefined {
  if (ASPLAIN.test(text)) {
    const value = Number(text);
    return value <= MAX_ASN ? value : undefined;
  }
  const [, high, low] = ASDOT.exec(text) ?? [];
  if (high === undefined || low === undefined || Number(high) > 0xffff || Number(low) > 0xffff) return undefined;
  const value = Number(high) * 0x1_0000 + Number(low);
  return value === 0 ? undefined : value;
}

/** "high.low", also where high is 0 (asdot+). */
export function formatAsdot(asn: number): string {
  return `${asn >>> 16}.${asn & 0xffff}`;
}
