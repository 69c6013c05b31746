import { setTimeout as pause } from "node:timers/promises";
import t from "tap";
import { ApiServer, Lab, until } from "../lab/index.ts";
import { Audit } from "./audit.ts";
import type { Asked } from "./audit.ts";
import { NAMESPACE, ROOT, startController, startSpeaker } from "./herald.ts";
import { configured, GOOD, PEER, service, slice } from "./manifests.ts";
import type { Json } from "./manifests.ts";
import { permissions, rolesWithout } from "./permissions.ts";
import { leaveTimings } from "./timings.ts";

const KINDS = ["ipaddresspools", "bgpadvertisements", "l2advertisements", "bgppeers", "bfdprofiles", "communities"];
const CONTROLLER = "herald-controller";
const SPEAKER = "herald-speaker";
const OWN_POD = "herald-speaker-own";

function metallb(verb: string): string[] {
  return KINDS.map((plural) => `${verb} metallb.io/${plural}`);
}
const DEFINITIONS = KINDS.map((plural) => `get apiextensions.k8s.io/customresourcedefinitions ${plural}.metallb.io`);
const TRUST = "admissionregistration.k8s.io/validatingwebhookconfigurations herald-webhook";
const LEASE = "coordination.k8s.io/leases herald-controller";
const STATE = "metallb.io/configurationstates";

/**
 * What is taken away at a time: nothing of it keeps the agents from getting as far as the rest. `before`: while no agent runs;
 * `during`: while they lack it.
 */
interface Round {
  readonly controller: readonly string[];
  readonly speaker: readonly string[];
  readonly before?: readonly (readonly string[])[];
  readonly during?: "allocation" | "deletions" | "endings";
}

const ROUNDS: readonly Round[] = [
  {
    controller: [
      "list /services",
      "list /namespaces",
      ...metallb("list"),
      `list ${TRUST}`,
      "get /secrets herald-webhook",
      `get ${LEASE}`,
    ],
    speaker: [
      "list /services",
      "list /nodes",
      "list /namespaces",
      "list discovery.k8s.io/endpointslices",
      ...metallb("list"),
      "get /pods",
    ],
  },
  {
    controller: [
      "watch /services",
      "watch /namespaces",
      ...metallb("watch"),
      `watch ${TRUST}`,
      "create /secrets",
      `update ${LEASE}`,
    ],
    speaker: [
      "watch /services",
      "watch /nodes",
      "watch /namespaces",
      "watch discovery.k8s.io/endpointslices",
      ...metallb("watch"),
      "get apps/daemonsets",
    ],
    before: [["delete", "secret", "herald-webhook"]],
  },
  {
    controller: [
      "patch /services/status",
      "create /events",
      "patch metallb.io/ipaddresspools/status",
      `get ${STATE} controller`,
      ...DEFINITIONS,
    ],
    speaker: [
      "watch /secrets",
      "watch metallb.io/servicebgpstatuses",
      "create metallb.io/servicebgpstatuses",
      `create ${STATE}`,
      "create /events",
      ...DEFINITIONS,
    ],
    before: [["delete", "servicebgpstatuses,configurationstates", "--all"]],
    during: "deletions",
  },
  {
    controller: ["get /services", "patch /events", `create ${STATE}`, "update /secrets herald-webhook"],
    speaker: ["patch /events", `patch ${STATE}/status`, "patch metallb.io/servicebgpstatuses/status"],
    before: [
      ["delete", "servicebgpstatuses,configurationstates", "--all"],
      ["patch", "secret", "herald-webhook", "--type=merge", "-p", `{"data":{"tls.crt":""}}`],
    ],
    during: "endings",
  },
  {
    controller: [`patch ${STATE}/status controller`, `patch ${TRUST}`],
    speaker: ["delete metallb.io/servicebgpstatuses"],
    before: [
      ["delete", "configurationstates", "--all"],
      ["delete", "secret", "herald-webhook"],
    ],
    during: "endings",
  },
  {
    controller: [`create ${LEASE.split(" ")[0]}`],
    speaker: ["list /secrets", "list metallb.io/servicebgpstatuses", `get ${STATE}`],
    before: [["delete", "lease", "herald-controller"]],
  },
];

/** One of each kind, to be deleted. */
function extras(index: number): readonly Json[] {
  const name = `extra${index}`;
  return [
    configured("IPAddressPool", name, { addresses: ["198.51.100.0/24"], autoAssign: false }),
    configured("BGPAdvertisement", name, { ipAddressPools: [name] }),
    configured("L2Advertisement", name, { ipAddressPools: [name] }),
    configured("BGPPeer", name, { ...PEER, peerAddress: "10.0.0.98" }),
    configured("BFDProfile", name, {}),
    configured("Community", name, { communities: [{ name: "shade", value: "64500:7" }] }),
  ];
}

/** A Pod of the speakers' DaemonSet. */
function ownPod(uid: string): Json {
  const owner = { apiVersion: "apps/v1", kind: "DaemonSet", name: SPEAKER, uid, controller: true };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: OWN_POD, namespace: NAMESPACE, ownerReferences: [owner] },
    spec: { nodeName: "control", containers: [{ name: "speaker", image: "herald:0.1.0" }] },
  };
}

function matches(permission: string, { verb, group, resource, name }: Asked): boolean {
  const text = `${verb} ${group}/${resource}`;
  return permission === text || permission === `${text} ${name}`;
}

if (process.getuid?.() !== 0) t.plan(0, "needs root: a lab is made of network namespaces");
else {
  t.setTimeout(240_000);
  t.test(
    "without any one permission of its role an agent fails at what the role gives it for, and says so",
    async (t) => {
      leaveTimings(t, import.meta.filename);
      using audit = new Audit();
      await using lab = await Lab.up("deploy/clab/api-server.clab.yml");
      const node = lab.node("control");
      // What streams its lists needs no right to list.
      const flags = [...audit.flags, "--feature-gates=WatchList=false"];
      const api = await ApiServer.start(node, { flags });
      const apply = (...objects: readonly unknown[]) => api.apply(...objects);
      await api.kubectl(["apply", "--server-side", "-f", `${ROOT}/deploy/manifests/herald.yaml`]);
      await api.kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=30s"]);
      const dangling = configured("BGPAdvertisement", "dangling", { communities: ["no-such"] });
      await apply({ apiVersion: "v1", kind: "Node", metadata: { name: "control" } }, ...GOOD, dangling);

      const uid = await api.kubectl(["get", "daemonset", SPEAKER, "-n", NAMESPACE, "-o", "jsonpath={.metadata.uid}"]);
      await apply(ownPod(uid));

      const start = async () => {
        const controller = await startController(api, node, ["--http", "off", "--webhook", "10.0.0.10:9443"]);
        return [controller, await startSpeaker(api, node, ["--http", "off", "--pod-name", OWN_POD])] as const;
      };

      await t.test("with all of them it works", async (t) => {
        await apply(service("web"), slice("web"));
        const agents = await start();
        await until("a ServiceBGPStatus", async () =>
          (await api.kubectl(["get", "servicebgpstatuses", "-n", NAMESPACE, "-o", "name"])) === "" ? undefined : true,
        );
        await until("the trust", async () =>
          (await api.kubectl([
            "get",
            "validatingwebhookconfiguration",
            "herald-webhook",
            "-o",
            "jsonpath={.webhooks[0].clientConfig.caBundle}",
          ])) === ""
            ? undefined
            : true,
        );
        for (const agent of agents) await agent.stop();
        t.same(
          audit.requests().filter(({ code }) => code === 403),
          [],
        );
      });

      for (const [index, round] of ROUNDS.entries()) {
        await t.test(`round ${index + 1}: ${[...round.controller, ...round.speaker].join(", ")}`, async (t) => {
          await apply(service(`gone${index}`), slice(`gone${index}`), ...extras(index));
          for (const args of round.before ?? []) await api.kubectl([...args, "-n", NAMESPACE]);
          await apply(...rolesWithout(CONTROLLER, round.controller), ...rolesWithout(SPEAKER, round.speaker));
          await pause(300);
          const seen = audit.requests().length;
          const [controller, speaker] = await start();
          if (round.during === "deletions") {
            await until(
              "both to have read all",
              () => [controller, speaker].every((each) => each.output().includes(`"source synced"`)) || undefined,
            );
            const kinds = KINDS.map((plural) => `${plural}/extra${index}`);
            await api.kubectl(["delete", "-n", NAMESPACE, ...kinds]);
          }
          if (round.during === "endings") {
            await until(
              "the Service to be announced",
              () => speaker.output().includes(`default/gone${index}`) || undefined,
            );
            await pause(2_000);
            await apply(service(`gone${index}`, { type: "ClusterIP" }));
          }
          const wanted = [
            ...round.controller.map((permission) => [CONTROLLER, permission] as const),
            ...round.speaker.map((permission) => [SPEAKER, permission] as const),
          ];
          const denied = (): Asked[] =>
            audit
              .requests()
              .slice(seen)
              .filter(({ code }) => code === 403);
          const logs = new Map([
            [CONTROLLER, controller],
            [SPEAKER, speaker],
          ]);
          // An agent says it when it has the answer.
          const unsaid = (): string[] =>
            wanted
              .filter(([account, permission]) => {
                const [verb = "", resource = ""] = permission.split(" ");
                const sentence = `cannot ${verb} resource \\"${resource.slice(resource.indexOf("/") + 1)}\\"`;
                const asked = denied().some((each) => each.account === account && matches(permission, each));
                return !asked || logs.get(account)?.output().includes(sentence) !== true;
              })
              .map((each) => each.join(": "));
          await until("each to be missed, and said in the log", () => unsaid().length === 0 || undefined, {
            seen: () => [...unsaid(), speaker.output(), controller.output()].join("\n"),
          });
          for (const agent of [controller, speaker]) await agent.stop();
          const others = denied().filter(
            (each) => !wanted.some(([account, permission]) => each.account === account && matches(permission, each)),
          );
          t.same(others, [], "nothing else is refused");
          await apply(...rolesWithout(CONTROLLER, []), ...rolesWithout(SPEAKER, []));
        });
      }

      t.same(
        [...new Set(ROUNDS.flatMap(({ controller }) => controller))].sort(),
        permissions(CONTROLLER).sort(),
        "each of the controller's",
      );
      t.same(
        [...new Set(ROUNDS.flatMap(({ speaker }) => speaker))].sort(),
        permissions(SPEAKER).sort(),
        "each of the speaker's",
      );
    },
  );
}
