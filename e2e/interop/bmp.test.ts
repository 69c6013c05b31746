/** What a real monitoring station (pmacct's pmbmpd) makes of what Herald tells it (RFC 7854, RFC 8671, RFC 9069). */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { requireInstalled, until } from "../lab/index.ts";
import { Herald } from "./herald.ts";
import { isRoot, pair } from "./pair.ts";

const COUNT = 3;
const PEER = { name: "router", address: "10.0.0.1" };

/** A line of pmbmpd's message log. */
interface Line {
  readonly bmp_msg_type?: string;
  readonly log_type?: string;
  readonly ip_prefix?: string;
  readonly is_loc?: number;
}

if (isRoot(t)) {
  t.test("pmbmpd reads the beginning, the session, every route told and withdrawn, and the end", async (t) => {
    await requireInstalled([{ program: "pmbmpd", debian: "pmacct" }], (sentence) => t.comment(sentence));
    const { speaker, router } = await pair(t, "pair.clab.yml");
    const log = join(router.folder, "bmp.json");
    const config = join(router.folder, "pmbmpd.conf");
    const options = {
      bmp_daemon_ip: "10.0.0.1",
      bmp_daemon_port: "11019",
      bmp_daemon_msglog_file: log,
      bmp_daemon_msglog_output: "json",
    };
    writeFileSync(
      config,
      Object.entries(options)
        .map(([name, value]) => `${name}: ${value}\n`)
        .join(""),
    );
    const station = router.spawn("pmbmpd", ["-f", config]);
    const herald = new Herald(speaker, [PEER], COUNT, { more: ["--bmp", "10.0.0.1:11019"] });
    const seen = { seen: () => `${station.output()}\n${herald.task.output()}`, timeoutMs: 30_000 };
    const lines = (): Line[] => {
      const whole = readFileSync(log, "utf8").split("\n").slice(0, -1);
      return whole.map((line) => JSON.parse(line) as Line);
    };
    const routes = (type: string, loc = false): Line[] =>
      lines().filter((line) => line.log_type === type && line.ip_prefix !== undefined && (line.is_loc === 1) === loc);
    const messages = (type: string): Line[] => lines().filter((line) => line.bmp_msg_type === type);

    const told = await until(
      "every route",
      () => (routes("update").length === COUNT ? routes("update") : undefined),
      seen,
    );
    t.match(messages("init"), [{ bmp_init_info_sysname: "speaker", bmp_init_info_sysdescr: /^herald / }]);
    t.match(messages("peer_up"), [
      { peer_type: 3, peer_ip: "0.0.0.0", peer_asn: 64500, bgp_id: "10.0.0.11", is_filtered: 0 },
      { peer_ip: "10.0.0.1", peer_asn: 64501, bgp_id: "10.0.0.1", local_ip: "10.0.0.11", remote_port: 179 },
    ]);
    for (const route of told) {
      t.match(route, {
        is_out: 1,
        is_post: 1,
        as_path: "64500",
        bgp_nexthop: "10.0.0.11",
        comms: "64500:100 no-export",
        lcomms: "64500:1:100",
      });
    }
    herald.configure([PEER], COUNT - 1);
    t.match(
      routes("update", true),
      told.map(({ ip_prefix }) => ({ ip_prefix, as_path: "", bgp_nexthop: "0.0.0.0", comms: "64500:100 no-export" })),
      "the Loc-RIB has them too, as they are before a peer is told",
    );
    const gone = await until("a withdrawal", () => routes("withdraw")[0], seen);
    t.match(gone, { ip_prefix: "10.20.0.2/32", is_out: 1 });
    t.match(await until("one of the Loc-RIB", () => routes("withdraw", true)[0], seen), { ip_prefix: "10.20.0.2/32" });

    await herald.task.stop();
    const [down, locRib] = await until(
      "the end of the session and of the Loc-RIB",
      () => (messages("peer_down").length > 1 ? messages("peer_down") : undefined),
      seen,
    );
    t.match(locRib, { peer_type: 3, reason_type: 6 });
    t.match(down, { peer_ip: "10.0.0.1", reason_type: 1 }, "we ended it with a NOTIFICATION");
    await until("the connection's end", () => (messages("term").length > 0 ? true : undefined), seen);
  });
}
