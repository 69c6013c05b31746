/** docs/backends.md says of every backend what it can do, as its code does. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { Feature } from "../../../src/backend/backend.ts";
import { frrSupports } from "../../../src/backend/frr/index.ts";
import { gobgpSupports } from "../../../src/backend/gobgp/index.ts";
import { nativeSupports } from "../../../src/backend/native/index.ts";

const PAGE = join(import.meta.dirname, "..", "..", "..", "docs", "backends.md");

/** In the words of the page. */
const FEATURES: Readonly<Record<Feature, string>> = {
  ipv6: "IPv6: sessions and routes",
  "large-communities": "Large communities",
  "extended-communities": "Extended communities `rt:`, `soo:`",
  "other-extended-communities": "Other extended communities",
  "next-hop-ipv6": "Another next hop of IPv6 routes (`nextHopV6`)",
  "link-bandwidth": "Link bandwidth (`weightByEndpoints`)",
  "prefix-limit": "A limit of received prefixes (`maxReceivedPrefixes`)",
  "local-asn": "Another own AS towards a peer (`localASN`)",
  "dynamic-asn": "Any AS of the peer (`dynamicASN`)",
  "tcp-md5": "TCP MD5 passwords",
  "tcp-ao": "TCP-AO keys (`tcpAO`)",
  multihop: "eBGP multihop",
  passive: "Sessions that the peer opens (`passive`)",
  "listen-range": "Whoever connects from a prefix (`listenRange`)",
  "ttl-security": "GTSM (`ttlSecurity`)",
  "source-interface": "Sessions through an interface (`sourceInterface`)",
  "minimum-hold-time": "A least hold time (`minimumHoldTime`)",
  "graceful-restart": "Graceful restart",
  bfd: "BFD",
  "bfd-echo": "BFD echo packets (`echoMode`)",
  vrf: "Peers in a VRF",
  unnumbered: "Unnumbered peers (`interface`)",
  "existing-neighbor": "Neighbours that a daemon has already (`existing`)",
};

const BACKENDS = [
  ["native", nativeSupports({ md5: true, ao: true, ttl: true, device: true, listen: true, links: true, bfd: true })],
  ["frr", frrSupports],
  ["gobgp", gobgpSupports],
] as const;

const BEGIN = "<!-- what the backends say of themselves: made by test/src/backend/features.test.ts -->\n\n";
const END = "\n<!-- end -->";

function table(): string {
  const head = `| | ${BACKENDS.map(([name]) => `\`${name}\``).join(" | ")} |\n| --- | --- | --- | --- |\n`;
  const rows = (Object.keys(FEATURES) as Feature[]).map((feature) => {
    const answers = BACKENDS.map(([, supports]) => (supports(feature) ? "yes" : "no"));
    return `| ${FEATURES[feature]} | ${answers.join(" | ")} |\n`;
  });
  return head + rows.join("");
}

t.test("the page's table is what the backends answer", (t) => {
  const text = readFileSync(PAGE, "utf8");
  const start = text.indexOf(BEGIN) + BEGIN.length;
  const end = text.indexOf(END);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(PAGE, text.slice(0, start) + table() + text.slice(end));
  t.ok(text.includes(BEGIN));
  t.equal(text.slice(start, end), table());
  t.end();
});
