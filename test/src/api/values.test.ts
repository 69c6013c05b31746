import t from "tap";
import { parseCommunity, parseCommunityReference } from "../../../src/api/community.ts";
import { parseDuration } from "../../../src/api/duration.ts";
import { isFault } from "../../../src/api/text.ts";
import type { Parsed } from "../../../src/api/text.ts";

function said(parsed: Parsed<unknown>): unknown {
  return isFault(parsed) ? `${parsed.what}; ${parsed.fix}` : parsed.value;
}

t.test("durations are read as Go writes them, into milliseconds", (t) => {
  const rows: readonly (readonly [string, number])[] = [
    ["90s", 90_000],
    ["1m30s", 90_000],
    ["1.5h", 5_400_000],
    ["250ms", 250],
    [".5s", 500],
    ["1.s", 1000],
    ["+3s", 3000],
    ["1500us", 1.5],
    ["1500µs", 1.5],
    ["1000000ns", 1],
    ["0", 0],
    ["0s", 0],
  ];
  for (const [text, milliseconds] of rows) t.same(parseDuration(text), { value: milliseconds }, text);
  t.end();
});

t.test("what is no duration is refused with what would be right", (t) => {
  t.equal(said(parseDuration("90")), '"90" is a number without a unit; write 90s for seconds');
  t.equal(said(parseDuration("-3s")), '"-3s" is a negative duration; write a duration such as 90s');
  for (const text of ["", "s", "3 s", "3sec", "1m30", "x3s", "3sx", ".s", "1d"]) {
    t.equal(said(parseDuration(text)), `"${text}" is not a duration; write a duration such as 90s or 1m30s`);
  }
  t.end();
});

t.test("communities are read as numbers", (t) => {
  t.same(parseCommunity("64500:100"), { value: { kind: "standard", value: 64500 * 65536 + 100 } });
  t.same(parseCommunity("65535:65535"), { value: { kind: "standard", value: 0xffffffff } });
  t.same(parseCommunity("large:4294967295:0:7"), { value: { kind: "large", value: [4294967295, 0, 7] } });
  t.same(parseCommunityReference("64500:100"), parseCommunity("64500:100"));
  t.same(parseCommunityReference("vpn-only"), { value: { kind: "alias", name: "vpn-only" } });
  t.end();
});

t.test("what is no community is refused with what would be right", (t) => {
  const fix = "write a community such as 64500:100 or a large one such as large:64500:1:100";
  const large = "write large: and three numbers from 0 to 4294967295, such as large:64500:1:100";
  t.equal(
    said(parseCommunity("70000:1")),
    '"70000:1" has a part above 65535; write a large community such as large:64500:1:100 for it',
  );
  t.equal(said(parseCommunity("64500:1:2")), '"64500:1:2" has three parts; write large:64500:1:2');
  t.equal(said(parseCommunity("64500:x")), `"64500:x" is not a community; ${fix}`);
  t.equal(said(parseCommunity("no-export")), `"no-export" is not a community; ${fix}`);
  t.equal(said(parseCommunity("large:1:2")), `"large:1:2" is not a large community; ${large}`);
  t.equal(said(parseCommunity("large:1:2:3:4")), `"large:1:2:3:4" is not a large community; ${large}`);
  t.equal(said(parseCommunity("large:1:2:4294967296")), `"large:1:2:4294967296" is not a large community; ${large}`);
  t.equal(said(parseCommunityReference("64500")), `"64500" is not a community; ${fix}`);
  t.equal(said(parseCommunityReference("")), `"" is not a community; ${fix}, or the name of an alias`);
  t.end();
});
