/** A real Prometheus scrapes a running agent; `herald status` and `herald why` show the same from the command line. */
import t from "tap";
import { Herald } from "../interop/herald.ts";
import { isRoot, pair } from "../interop/pair.ts";
import { until } from "../lab/index.ts";
import { objections, query, scrape, startPrometheus } from "./prometheus.ts";

const AGENT = "127.0.0.1:17472";

if (isRoot(t)) {
  t.test("Prometheus understands and scrapes a running agent", async (t) => {
    const { speaker } = await pair(t, "pair.clab.yml");
    const herald = new Herald(speaker, [{ name: "router", address: "10.0.0.1" }], 2, { http: AGENT });
    const seen = { seen: () => herald.task.output() };
    await until("the session", () => herald.sessions > 0 || undefined, seen);

    const prometheus = await startPrometheus(speaker, { herald: [AGENT] }, (sentence) => t.comment(sentence));
    const metrics = await scrape(speaker, AGENT);
    t.match(metrics, /^metallb_bgp_session_up\{peer="10\.0\.0\.1:179"\} 1$/m);
    t.match(metrics, /^metallb_allocator_ipv4_addresses_in_use_total\{pool="pool"\} 2$/m);
    t.equal(await objections(speaker, metrics), "", "promtool check metrics has nothing against it");

    const said = { seen: () => prometheus.output() };
    const up = await until(
      "Prometheus to have seen the session up",
      async () => /peer="10\.0\.0\.1:179"\} => 1 @/.exec(await query(speaker, "metallb_bgp_session_up"))?.[0],
      said,
    );
    t.ok(up);
    t.match(
      await query(speaker, "sum(metallb_speaker_announced)"),
      /=> 2 @/,
      "the IPv4 addresses of two Services, as the session carries no IPv6",
    );
    t.match(await query(speaker, 'up{job="herald"}'), /=> 1 @/);
    t.match(await query(speaker, "herald_ready"), /=> 1 @/);

    t.match(await herald.run("status"), /router +10\.0\.0\.1:179 +Established/);
    await until(
      "why to be content",
      async () =>
        /announced from speaker to router: 10\.20\./.exec(
          await herald.run("why", "s0").catch((error: Error) => error.message),
        ) ?? undefined,
    );
  });
}
