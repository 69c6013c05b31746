import t from "tap";
import { ApiServer, Lab, until } from "../lab/index.ts";
import { install, startController, startSpeaker } from "./herald.ts";
import { configured, service, slice } from "./manifests.ts";
import type { Json } from "./manifests.ts";
import { leaveTimings } from "./timings.ts";

function web(name: string): readonly Json[] {
  return [service(name), slice(name, "worker")];
}

if (process.getuid?.() !== 0) t.plan(0, "needs root: a lab is made of network namespaces");
else {
  t.setTimeout(110_000);
  t.test("a speaker whose link to the API server died without a word", async (t) => {
    leaveTimings(t, import.meta.filename);
    await using lab = await Lab.up("deploy/clab/api-server-apart.clab.yml");
    const [control, worker] = [lab.node("control"), lab.node("worker")];
    const api = await ApiServer.start(control);
    const apply = (...objects: readonly Json[]) => api.apply(...objects);

    await install(api);
    await apply(
      { apiVersion: "v1", kind: "Node", metadata: { name: "worker" } },
      configured("IPAddressPool", "first", { addresses: ["192.0.2.0/24"] }),
      configured("BGPAdvertisement", "all", {}),
      configured("BGPPeer", "tor", { myASN: 64_500, peerASN: 64_501, peerAddress: "10.0.0.99" }),
    );
    await startController(api, control, ["--http", "off"]);
    const speaker = await startSpeaker(api, worker, ["--http", "off"]);
    const says = (message: string, name: string) =>
      until(
        `the speaker to say "${message}" of ${name}`,
        () =>
          speaker
            .output()
            .split("\n")
            .some((line) => line.includes(`"msg":"${message}"`) && line.includes(name)) || undefined,
        { timeoutMs: 60_000, seen: () => speaker.output().split("\n").slice(-5).join("\n") },
      );
    await apply(...web("stays"), ...web("goes"));
    await says("service announced", "default/stays");
    await says("service announced", "default/goes");

    await worker.exec("ip", ["link", "set", "eth1", "down"]);
    await api.kubectl(["delete", "service,endpointslice", "goes"]);
    await apply(...web("comes"));
    // What the server remembers of changes goes with it: who asks from before gets 410.
    await api.task("kube-apiserver").stop("SIGKILL");
    await api.run("kube-apiserver");
    await apply(...web("later"));
    await says("not read; trying again", "");
    t.notMatch(speaker.output(), /"msg":"service withdrawn"/, "nothing goes while nobody answers");

    await worker.exec("ip", ["link", "set", "eth1", "up"]);
    await says("service announced", "default/comes");
    await says("service announced", "default/later");
    await says("service withdrawn", "default/goes");
    t.notMatch(speaker.output(), /"service":"default\/stays".*"msg":"service withdrawn"/);
  });
}
