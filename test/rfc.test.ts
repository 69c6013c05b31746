/**
 * docs/rfc.md: which files implement an RFC, and which tests name it. Made from the words "RFC 1234" in both; a test that
 * covers one without naming it is not listed. UPDATE_GOLDEN=1 rewrites the page.
 */
import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";

const ROOT = join(import.meta.dirname, "..");
const PAGE = join(ROOT, "docs/rfc.md");

/** Named in the source as something that is not done. */
const NOT_SUPPORTED: Readonly<Record<string, string>> = {
  "5291": "not supported: never offered",
};

/** Tests of an RFC that do not name it, and a word by which they can be told to be about it. */
const UNNAMED: Readonly<Record<string, readonly [file: string, word: string]>> = {
  "1071": ["test/src/net/bfd/echoes.test.ts", "echo"],
  "1997": ["test/bgp/codec/communities.test.ts", "parseCommunity"],
  "2385": ["test/src/net/bgp-host-keys.test.ts", "equal MD5 keys connect"],
  "2918": ["test/bgp/codec/messages.test.ts", "ROUTE-REFRESH"],
  "3542": ["e2e/interop/sessions.test.ts", "unnumbered with FRR"],
  "4291": ["test/bgp/codec/address.test.ts", "parseIpv6"],
  "4360": ["test/bgp/codec/communities.test.ts", "xtendedCommunity"],
  "4486": ["test/bgp/codec/messages.test.ts", "encodeMaximumPrefixes"],
  "4760": ["test/bgp/codec/update.test.ts", "mpReach"],
  "5065": ["test/bgp/codec/four-octet-as.test.ts", "onfed"],
  "5082": ["test/src/net/bgp-host-keys.test.ts", "least TTL"],
  "5280": ["test/src/net/x509.test.ts", "X509Certificate"],
  "5396": ["test/bgp/codec/communities.test.ts", "Asdot"],
  "5492": ["test/bgp/codec/capabilities.test.ts", "capabilities"],
  "5880": ["test/bfd/fsm.test.ts", "AdminDown"],
  "5668": ["test/bgp/codec/communities.test.ts", "65536"],
  "5881": ["e2e/bfd/frr.test.ts", "multihop"],
  "5883": ["e2e/bfd/frr.test.ts", "multihop"],
  "6608": ["test/bgp/fsm/table.test.ts", "fsm"],
  "6749": ["test/src/net/kubernetes/credentials.test.ts", "refresh"],
  "7911": ["test/bgp/codec/update.test.ts", "path identifiers"],
  "7999": ["test/bgp/codec/communities.test.ts", "blackhole"],
  "8092": ["test/bgp/codec/communities.test.ts", "parseLargeCommunity"],
  "8203": ["test/bgp/codec/messages.test.ts", "encodeShutdownCommunication"],
  "8326": ["test/bgp/codec/communities.test.ts", "graceful-shutdown"],
  "8654": ["test/bgp/codec/header.test.ts", "extended session"],
  "9012": ["test/bgp/codec/communities.test.ts", "color"],
  "9113": ["test/src/net/kubernetes/http2.test.ts", "http2"],
  "9234": ["test/bgp/codec/capabilities.test.ts", "role"],
  "9468": ["test/bfd/sessions.test.ts", "nsolicited"],
  "9494": ["test/bgp/codec/capabilities.test.ts", "long-lived"],
  "9687": ["test/bgp/fsm/machine.test.ts", "send hold"],
};

const titles = new Map(
  Object.entries(JSON.parse(readFileSync(join(import.meta.dirname, "data/rfc-titles.json"), "utf8")) as object).map(
    ([rfc, title]): [string, string] => [rfc, String(title)],
  ),
);

/** By RFC number, the files that name it. */
function naming(patterns: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const file of patterns.flatMap((pattern) => globSync(pattern, { cwd: ROOT })).sort()) {
    const text = readFileSync(join(ROOT, file), "utf8");
    for (const rfc of new Set(Array.from(text.matchAll(/\bRFC ?(\d{3,5})\b/g), ([, number = ""]) => number))) {
      found.set(rfc, [...(found.get(rfc) ?? []), file]);
    }
  }
  return found;
}

const sources = naming(["bgp/*.ts", "bgp/{bmp,codec,fsm,session,speaker}/*.ts", "bfd/*.ts", "src/**/*.ts"]);
const tests = naming(["test/{bgp,bfd,src}/**/*.test.ts", "e2e/**/*.test.ts"]);
for (const [rfc, [file]] of Object.entries(UNNAMED)) if (!tests.has(rfc)) tests.set(rfc, [file]);
const numbers = [...sources.keys()].sort((a, b) => Number(a) - Number(b));

function page(): string {
  const cell = (files: readonly string[] = []): string =>
    files.length > 4
      ? `${cell(files.slice(0, 4))} and ${files.length - 4} more`
      : files.map((f) => `\`${f}\``).join(", ");
  const rows = numbers.map((rfc) => {
    const why = NOT_SUPPORTED[rfc];
    return `| ${rfc} | ${titles.get(rfc) ?? "?"} | ${cell(sources.get(rfc))} | ${why ?? cell(tests.get(rfc))} |`;
  });
  return `# RFCs and their tests

Made by \`test/rfc.test.ts\` from the sources and tests that name an RFC. What of an RFC is done is said at the places that name it.

| RFC | Title | Named in | Tests |
| --- | --- | --- | --- |
${rows.join("\n")}
`;
}

t.test("docs/rfc.md is as the sources and tests say", (t) => {
  if (process.env.UPDATE_GOLDEN === "1") writeFileSync(PAGE, page());
  t.equal(readFileSync(PAGE, "utf8"), page());
  t.end();
});

t.test("tests that are of an RFC without naming it are there", (t) => {
  for (const [rfc, [file, word]] of Object.entries(UNNAMED)) {
    t.ok(readFileSync(join(ROOT, file), "utf8").includes(word), `RFC ${rfc}: ${word} in ${file}`);
  }
  t.end();
});

t.test("every RFC that the sources name has a title, and a test that names it", (t) => {
  t.same(
    numbers.filter((rfc) => !titles.has(rfc)),
    [],
    "without a title",
  );
  t.same(
    numbers.filter((rfc) => NOT_SUPPORTED[rfc] === undefined && !tests.has(rfc)),
    [],
    "without a test",
  );
  t.end();
});
