/** Each BMP message against its bytes, written down from RFC 7854, RFC 8671 and RFC 9069. */
import t from "tap";
import {
  encodeInitiation,
  encodeLocRibDown,
  encodeLocRibRoutes,
  encodeLocRibStatistics,
  encodeLocRibUp,
  encodePeerDown,
  encodePeerUp,
  encodeRouteMonitoring,
  encodeStatistics,
  encodeTermination,
} from "../../../bgp/bmp/packet.ts";
import { toHex } from "../../../bgp/session/record.ts";

const PEER = { address: "10.0.0.1", as: 64501, bgpId: 0x0a000001, as4: true, at: 1_700_000_000_250 };
const BODY = Uint8Array.of(0xaa, 0xbb);

/** The per-peer header: type, flags, distinguisher, address, AS, identifier, seconds, microseconds. */
function header(flags: string, address = `${"0".repeat(24)}0a000001`): string {
  return `00${flags}${"0".repeat(16)}${address}0000fbf50a0000016553f1000003d090`;
}

t.test("initiation and termination", (t) => {
  t.equal(toHex(encodeInitiation("hi", "n1")), "030000001204000100026869000200026e31");
  t.equal(toHex(encodeTermination()), "030000000c05000100020000");
  t.end();
});

t.test("peer up: the local address, both ports, both OPENs", (t) => {
  const up = { localAddress: "10.0.0.11", localPort: 40001, remotePort: 179, sentOpen: BODY, receivedOpen: BODY };
  const body = `${"0".repeat(24)}0a00000b9c4100b3aabbaabb`;
  t.equal(toHex(encodePeerUp(PEER, up)), "030000004803" + header("00") + body);
  t.end();
});

function down(...of: Parameters<typeof encodePeerDown>): string {
  return toHex(encodePeerDown(...of));
}

t.test("peer down: who ended it, and with which NOTIFICATION", (t) => {
  t.equal(down(PEER, { by: "local", notification: BODY }).slice(-6), "01aabb");
  t.equal(down(PEER, { by: "local" }).slice(-6), "020000");
  t.equal(down(PEER, { by: "remote", notification: BODY }).slice(-6), "03aabb");
  t.equal(down(PEER, { by: "remote" }).slice(-2), "04");
  t.end();
});

t.test(
  "route monitoring is of the Adj-RIB-Out after policy; addresses of IPv6 and AS numbers of two bytes are flagged",
  (t) => {
    t.equal(toHex(encodeRouteMonitoring(PEER, BODY)), "030000003200" + header("50") + "aabb");
    t.equal(toHex(encodeRouteMonitoring({ ...PEER, as4: false }, BODY)), "030000003200" + header("70") + "aabb");
    const six = toHex(encodeRouteMonitoring({ ...PEER, address: "fe80::1%eth0" }, BODY));
    t.equal(six, "030000003200" + header("d0", `fe80${"0".repeat(27)}1`) + "aabb");
    t.end();
  },
);

t.test("statistics: the number of routes told", (t) => {
  const stats = "00000001000f00080000000000002710";
  t.equal(toHex(encodeStatistics(PEER, 10_000)), "030000004001" + header("00") + stats);
  t.end();
});

t.test("the Loc-RIB: a peer of type 3 without an address, the table's name, reason 6", (t) => {
  const head = `03${"0".repeat(50)}0000fbf50a0000016553f1000003d090`;
  const name = "00030006676c6f62616c";
  t.equal(toHex(encodeLocRibUp(PEER, BODY, "global")), `030000005203${head}${"0".repeat(40)}aabbaabb${name}`);
  t.equal(toHex(encodeLocRibDown(PEER, "global")), `030000003b02${head}06${name}`);
  t.equal(toHex(encodeLocRibRoutes(PEER, BODY)), `030000003200${head}aabb`);
  t.equal(toHex(encodeLocRibStatistics(PEER, 3)), `030000004001${head}00000001000800080000000000000003`);
  t.end();
});
