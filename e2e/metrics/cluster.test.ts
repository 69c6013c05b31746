/** A real Prometheus scrapes the controller and the speakers of a cluster. */
import t from "tap";
import { HeraldCluster } from "../cluster/herald.ts";
import { deployment, service } from "../cluster/workloads.ts";
import { converged, hostRoute } from "../cluster/routes.ts";
import { leaveTimings } from "../cluster/timings.ts";
import { WORKERS, until } from "../lab/index.ts";
import { objections, query, scrape, startPrometheus } from "./prometheus.ts";

const CONTROLLER = "127.0.0.1:17472";
const SPEAKERS = ["10.0.0.11:17472", "10.0.0.12:17472", "10.0.0.13:17472"];
const ROUTE = `${WORKERS.join(" ")}, 64500:200 no-export`;

if (process.getuid?.() !== 0) t.plan(0, "needs root: a cluster is made of network namespaces");
else {
  t.setTimeout(240_000);
  t.test("Prometheus scrapes the controller and the speakers of a cluster", async (t) => {
    leaveTimings(t, import.meta.filename);
    await using herald = await HeraldCluster.up();
    const { cluster } = herald;
    const control = cluster.node("control");
    await cluster.apply(deployment("web"));
    await cluster.apply(service("web"));
    await cluster.kubectl(["rollout", "status", "deployment/web", "--timeout=60s"]);
    const [address = ""] = await herald.addresses("web");
    await converged(herald, { [hostRoute(address)]: ROUTE });
    await startPrometheus(control, { controller: [CONTROLLER], speaker: SPEAKERS }, (text) => t.comment(text));

    await t.test("promtool has nothing against what either role says", async (t) => {
      const controller = await scrape(control, CONTROLLER);
      const [first = ""] = SPEAKERS;
      const speaker = await scrape(control, first);
      for (const text of [controller, speaker]) t.equal(await objections(control, text), "");
      t.match(controller, /^metallb_allocator_addresses_in_use_total\{pool="sandbox"\} 1$/m);
      t.match(controller, /^metallb_k8s_client_config_loaded_bool 1$/m);
      t.match(speaker, /^metallb_bgp_session_up\{peer="10\.0\.0\.1:179"\} 1$/m);
      t.match(speaker, /^metallb_bgp_announced_prefixes_total\{peer="10\.0\.0\.1:179"\} 1$/m);
    });

    /** The number that the query has, once it is this one. */
    const becomes = (expression: string, value: number): Promise<true> => {
      let last = "";
      const look = async (): Promise<true | undefined> => {
        last = await query(control, expression);
        return last.includes(`=> ${value} @`) || undefined;
      };
      return until(`${expression} to be ${value}`, look, { seen: () => last });
    };

    await t.test("what MetalLB's dashboards ask for is there, of all of them together", async () => {
      await becomes("sum(up)", 1 + SPEAKERS.length);
      await becomes("sum(metallb_bgp_session_up)", 4 * SPEAKERS.length);
      await becomes(`sum(metallb_speaker_announced{service="default/web"})`, SPEAKERS.length);
      await becomes("sum(metallb_allocator_addresses_in_use_total)", 1);
      await becomes(`count(herald_ready{job="speaker"} == 1)`, SPEAKERS.length);
    });

    await t.test("how long an event takes to the wire, and a status write, is measured", async () => {
      await becomes("count(herald_event_to_wire_duration_seconds_count > 0)", SPEAKERS.length);
      await becomes(`sum(herald_status_write_duration_seconds_count{job="controller", kind="Service"})`, 1);
    });

    await t.test("a speaker that is gone is one that is not up", async () => {
      await herald.speaker("w3").stop("SIGKILL");
      await becomes(`sum(up{job="speaker"})`, SPEAKERS.length - 1);
    });
  });
}
