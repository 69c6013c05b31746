import t from "tap";
import { createExposition } from "../../../src/metrics/index.ts";
import { METRICS } from "../../../src/metrics/definitions.ts";
import type { Observed } from "../../../src/observed.ts";
import { matchesGolden } from "../../support/golden.ts";
import { observed } from "../../support/observed.ts";

t.test("a scrape has every series of how things stand", async (t) => {
  const { type, text } = await createExposition()(observed());
  t.equal(type, "text/plain; version=0.0.4; charset=utf-8");
  matchesGolden(t, "metrics/series.txt", text);
});

t.test("the next scrape shows what is there then, and nothing of before", async (t) => {
  const scrape = createExposition();
  const first = await scrape(observed());
  t.equal((await scrape(observed())).text, first.text, "counters do not add up over scrapes");
  const { controller: _controller, speaker: _speaker, ...idle } = observed();
  const alone: Observed = { ...idle, roles: [], waiting: ["source"], problems: [], passes: new Map() };
  const { text } = await scrape(alone);
  t.notMatch(
    text,
    /^(?:metallb_bgp|metallb_allocator|herald_bgp|herald_services|metallb_speaker|herald_pass)_\S+[ {]/m,
  );
  t.match(text, /^herald_ready 0$/m);
  t.match(text, /^herald_problems\{severity="error"\} 0$/m);
});

t.test("bytes that a backend does not count are no series", async (t) => {
  const all = observed();
  const counts = { open: 1, update: 2, notification: 0, keepalive: 3, routeRefresh: 0 };
  const peer = { peer: "tor-1", state: "Established", routes: 0, advertised: 0, unsent: [], sent: counts } as const;
  const status = { backend: "frr", peers: [peer] };
  const { text } = await createExposition()({
    ...all,
    ...(all.speaker && { speaker: { ...all.speaker, status: () => status } }),
  });
  t.match(text, /^herald_bgp_messages_total\{.*type="update"\} 2$/m);
  t.notMatch(text, /^herald_bgp_message_bytes_total/m);
});

t.test("names and labels are those of the definitions, and none is missing", async (t) => {
  const { text } = await createExposition()(observed());
  const names = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name, type]) => `${name} ${type}`);
  t.same(
    names,
    Object.entries(METRICS).map(([name, { type }]) => `${name} ${type}`),
  );
  for (const [name, { labels }] of Object.entries(METRICS)) {
    const [, shown = ""] = new RegExp(`^${name}(?:_count)?(?:\\{(.*)\\})? `, "m").exec(text) ?? [];
    t.same([...shown.matchAll(/(\w+)="/g)].map(([, label = ""]) => label).sort(), [...labels].sort(), name);
  }
});

t.test("docs/metrics.md lists them all", (t) => {
  const rows = Object.entries(METRICS).map(
    ([name, { type, labels, help }]) => `| \`${name}\` | ${type} | ${labels.join(", ")} | ${help} |\n`,
  );
  matchesGolden(t, "../../docs/metrics.md", `${HEAD}${rows.join("")}${TAIL}`);
  t.end();
});

const HEAD = `# Metrics

An agent serves these at \`/metrics\` of its HTTP port (\`--http\`, by default 127.0.0.1:17472) in Prometheus' text format. Names and labels that begin with
\`metallb_\` are MetalLB's, with its native mode's labels: \`peer\` is address and port; of BFD, which it has in its FRR mode alone, that mode's: the address. They are read from the agent's state when somebody asks; a controller
has no \`*_bgp_*\`, a speaker alone no \`metallb_allocator_*\`.

| Name | Type | Labels | Meaning |
| --- | --- | --- | --- |
`;

const TAIL = `
Type \`untyped\`: what MetalLB named as another type than it is, such as gauges whose names end in \`_total\`. Queries and dashboards do not see the difference, and
\`promtool check metrics\` takes them.

Histograms come as \`_bucket\`, \`_sum\` and \`_count\`. \`/status\` of the same port says as JSON what the numbers are made of; \`herald status\`
and \`herald why\` show it.
`;
