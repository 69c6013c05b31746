/** The table of docs/backends.md: what each backend can do. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const PAGE = join(import.meta.dirname, "..", "..", "docs", "backends.md");

/** In the words of the page. */
export const FEATURES = {
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
  "existing-neighbor-policy": "and routes with every attribute to them",
} as const;

export type FeatureName = keyof typeof FEATURES;
export const NAMES = Object.keys(FEATURES) as FeatureName[];
export const BACKENDS = ["native", "frr", "gobgp"] as const;
export type BackendName = (typeof BACKENDS)[number];

export type Answer = "yes" | "no";
/** By backend. */
export type Answers = Readonly<Record<BackendName, ReadonlyMap<FeatureName, Answer>>>;

const BEGIN = "<!-- what the backends do: made by e2e/backends/features.test.ts -->\n\n";
const END = "\n<!-- end -->";

/** As lines of the page. */
export function table(answers: Answers): string {
  const head = `| | ${BACKENDS.map((name) => `\`${name}\``).join(" | ")} |\n| --- | --- | --- | --- |\n`;
  const rows = NAMES.map((feature) => {
    const row = BACKENDS.map((backend) => answers[backend].get(feature) ?? "?");
    return `| ${FEATURES[feature]} | ${row.join(" | ")} |\n`;
  });
  return head + rows.join("");
}

/** The page's own table. `made`: what it is to be, written where UPDATE_GOLDEN=1 asks for it. */
export function pageTable(made?: string): string {
  const text = readFileSync(PAGE, "utf8");
  const start = text.indexOf(BEGIN) + BEGIN.length;
  const end = text.indexOf(END);
  if (start < BEGIN.length || end < start) throw new Error(`${PAGE} has no table between its marks`);
  if (made === undefined || process.env["UPDATE_GOLDEN"] !== "1") return text.slice(start, end);
  writeFileSync(PAGE, text.slice(0, start) + made + text.slice(end));
  return made;
}
