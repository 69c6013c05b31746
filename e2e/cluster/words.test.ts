import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { ApiServer, Lab, until } from "../lab/index.ts";
import type { LabNode } from "../lab/index.ts";
import { NAMESPACE, ROOT, startController, startSpeaker } from "./herald.ts";
import { BAD, configured, GOOD, PEER, service, slice, webhookSlice } from "./manifests.ts";
import type { Json } from "./manifests.ts";
import { leaveTimings } from "./timings.ts";

interface Row {
  readonly object: Json;
  /** Which component finds it wrong, and says so in its ConfigurationState, its log and its event. */
  readonly by: "controller" | "speaker";
  /** What the webhook does; absent: it is not asked of such objects, or sees no Secrets. */
  readonly webhook?: "refuses" | "warns";
}

/** What refers to something that may yet come is let in, and what works though not as written. */
const WARNED = new Set(["BGPAdvertisement", "L2Advertisement"]);
/** By age one pool is right and the other wrong; files have no age. */
const POOL = configured("IPAddressPool", "bad", { addresses: ["198.51.100.9-198.51.100.1"] });
const ROWS: readonly Row[] = [
  ...[POOL, ...BAD.map(([object]) => object).filter(({ kind }) => kind !== "IPAddressPool")].map((object): Row => {
    const webhook = WARNED.has(String(object["kind"])) ? "warns" : "refuses";
    return { object, by: "controller", webhook };
  }),
  {
    object: configured("BGPPeer", "secretless", {
      ...PEER,
      peerAddress: "10.0.0.95",
      passwordSecret: { name: "no-such" },
    }),
    by: "speaker",
  },
  { object: service("unclear", {}, { "metallb.io/loadBalancerIPs": "192.0.2.300" }), by: "controller" },
];
const NODES = ["control", "n2", "n3"];

function nameOf({ metadata }: Json): string {
  return (metadata as { readonly name: string }).name;
}

interface EventFound {
  readonly message: string;
  readonly reason: string;
  readonly involvedObject: { readonly kind: string; readonly name: string };
}
interface Checked {
  readonly problems: readonly { readonly object: string; readonly what: string; readonly fix: string }[];
}

if (process.getuid?.() !== 0) t.plan(0, "needs root: a lab is made of network namespaces");
else {
  t.setTimeout(240_000);
  t.test("what is wrong with an object is said in the same words everywhere", async (t) => {
    leaveTimings(t, import.meta.filename);
    await using lab = await Lab.up("deploy/clab/api-server.clab.yml");
    const node = lab.node("control");
    const api = await ApiServer.start(node, { flags: ["--enable-aggregator-routing"] });
    const apply = (...objects: readonly Json[]) => api.kubectl(["apply", "-f", "-"], { input: json(objects) });
    const nodes = NODES.map((name) => ({ apiVersion: "v1", kind: "Node", metadata: { name } }));
    const herald = (...args: readonly string[]): Promise<string> => anyway(node, join(ROOT, "bin", "herald"), args);
    const asUser = ["--kubeconfig", api.kubeconfig(), "--namespace", NAMESPACE];

    await api.kubectl(["apply", "--server-side", "-f", join(ROOT, "deploy/manifests/herald.yaml")]);
    await api.kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=30s"]);
    await apply(...nodes, ...GOOD, webhookSlice(), service("good"), slice("good"));
    const controller = await startController(api, node, ["--http", "off", "--webhook", "10.0.0.10:9443"]);
    const speakers = await Promise.all(
      NODES.map((name) => startSpeaker(api, node, ["--http", "off", "--node-name", name])),
    );
    const trusted = ["get", "validatingwebhookconfiguration", "herald-webhook", "-o"];
    await until("the webhook", async () =>
      (await api.kubectl([...trusted, "jsonpath={.webhooks[0].clientConfig.caBundle}"])) === "" ? undefined : true,
    );

    // What `herald check -f` says of it beside the good ones: that is what all the others are held against.
    const sentences = new Map<Row, string>();
    for (const row of ROWS) {
      const name = `${String(row.object["kind"])}-${nameOf(row.object)}`;
      const folder = join(node.folder, name);
      mkdirSync(folder);
      writeFileSync(join(folder, "all.yaml"), json([...nodes, ...GOOD, row.object]));
      const { problems } = JSON.parse(await herald("check", "-f", folder, "-o", "json")) as Checked;
      const [problem, ...others] = problems.filter(({ object }) => object.endsWith(`/${nameOf(row.object)}`));
      t.same(others, [], name);
      t.ok(problem, name);
      sentences.set(row, problem?.what ?? "");
    }

    const events = async (namespace: string): Promise<readonly EventFound[]> =>
      (JSON.parse(await api.kubectl(["get", "events", "-n", namespace, "-o", "json"])) as { items: EventFound[] })
        .items;

    await t.test("by the webhook, which is asked for nothing but its opinion", async () => {
      for (const row of ROWS) {
        const { object, webhook } = row;
        const what = sentences.get(row) ?? "";
        if (webhook === undefined) continue;
        const asked = ["--kubeconfig", api.kubeconfig(), "apply", "--dry-run=server", "-f", "-"];
        let answer = "";
        const answered = async (): Promise<true | undefined> => {
          answer = await anyway(node, api.program("kubectl"), asked, json([object]));
          const verdict = webhook === "refuses" ? "denied the request" : "Warning:";
          return (answer.includes(verdict) && answer.includes(what)) || undefined;
        };
        await until(what, answered, { seen: () => answer });
      }
      await api.kubectl(["delete", "validatingwebhookconfiguration", "herald-webhook"]);
    });

    for (const row of ROWS) {
      const { object, by } = row;
      const what = sentences.get(row) ?? "";
      const kind = String(object["kind"]);
      const name = nameOf(object);
      const namespace = kind === "Service" ? "default" : NAMESPACE;
      await t.test(`${kind} ${name}: ${what}`, async (t) => {
        await apply(object);
        const agents = by === "controller" ? [controller] : speakers;
        for (const agent of agents) {
          const logged = JSON.stringify(what).slice(1, -1);
          await until("the log's", () => agent.output().includes(logged) || undefined, {
            seen: () => agent.output().split("\n").slice(-4).join("\n"),
          });
        }
        const mine = async (): Promise<readonly EventFound[]> =>
          (await events(namespace)).filter(
            ({ involvedObject, message }) =>
              involvedObject.kind === kind && involvedObject.name === name && message.includes(what),
          );
        await until("the event's", async () => ((await mine()).length > 0 ? true : undefined));
        for (const state of by === "controller" ? ["controller"] : NODES.map((each) => `speaker-${each}`)) {
          const path = "jsonpath={.status.conditions[0].message}";
          await until(`those of ConfigurationState ${state}`, async () =>
            (await api.kubectl(["get", "configurationstate", state, "-n", NAMESPACE, "-o", path])).includes(what)
              ? true
              : undefined,
          );
        }
        if (by === "controller") {
          t.match(await herald("status", ...asUser), what, "status");
          const subject = kind === "Service" ? name : "good";
          // What works, though not as written, keeps no Service from anything.
          if (kind !== "L2Advertisement") t.match(await herald("why", subject, ...asUser), what, `why ${subject}`);
        }
        t.equal((await mine()).length, 1, "one event of the object, however many nodes say it");
        await api.kubectl(["delete", kind.toLowerCase(), name, "-n", namespace]);
        t.equal(
          await api.kubectl(["get", "service", "good", "-o", "jsonpath={.status.loadBalancer.ingress[*].ip}"]),
          "192.0.2.0",
        );
      });
    }

    const failed = async (): Promise<readonly EventFound[]> =>
      (await events(NAMESPACE)).filter(
        ({ reason, involvedObject }) => reason === "SessionFailed" && involvedObject.name === "good",
      );
    await t.test("a session that fails is one event of its BGPPeer, of all nodes", async (t) => {
      await until("the event", async () => ((await failed()).length > 0 ? true : undefined), { timeoutMs: 30_000 });
      t.match(await failed(), [{ involvedObject: { kind: "BGPPeer" } }]);
      t.equal((await failed()).length, 1);
      const text = (await failed())[0]?.message ?? "";
      t.ok(
        speakers.some((speaker) => speaker.output().includes(JSON.stringify(text).slice(1, -1))),
        text,
      );
    });

    await t.test("what a definition refuses by itself is refused for the same value of the same field", async (t) => {
      const profile = configured("BFDProfile", "bad", { detectMultiplier: 1 });
      t.match(await apply(profile).catch(said), /spec\.detectMultiplier.* greater than or equal to 2/);
      const folder = join(node.folder, "profile");
      mkdirSync(folder);
      writeFileSync(join(folder, "all.yaml"), json([profile]));
      t.match(await herald("check", "-f", folder), /spec\.detectMultiplier: 1 is .*2/);
    });
  });
}

function json(objects: readonly Json[]): string {
  return objects.map((each) => JSON.stringify(each)).join("\n---\n");
}

/** What a command says, also where it fails. */
async function anyway(node: LabNode, command: string, args: readonly string[], input = ""): Promise<string> {
  return (await node.exec("sh", ["-c", '"$@" 2>&1; true', "sh", command, ...args], { input })).stdout;
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
