import { join } from "node:path";
import t from "tap";
import { ApiServer, Lab, until } from "../lab/index.ts";
import { Audit } from "./audit.ts";
import { NAMESPACE, startController, startSpeaker } from "./herald.ts";
import { BAD, configured, GOOD, PEER, service, slice, webhookSlice } from "./manifests.ts";
import type { Json } from "./manifests.ts";
import { leaveTimings } from "./timings.ts";

const ROOT = join(import.meta.dirname, "..", "..");

/** What kubectl said when it failed. */
function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

interface Found {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly status?: Json;
}
interface EventFound {
  readonly message: string;
  readonly involvedObject: { readonly kind: string; readonly name: string };
}

if (process.getuid?.() !== 0) t.plan(0, "needs root: a lab is made of network namespaces");
else {
  t.setTimeout(110_000);
  t.test("controller and speaker on a real API server, with their own accounts", async (t) => {
    leaveTimings(t, import.meta.filename);
    using audit = new Audit();
    await using lab = await Lab.up("deploy/clab/api-server.clab.yml");
    const node = lab.node("control");
    const api = await ApiServer.start(node, { flags: [...audit.flags, "--enable-aggregator-routing"] });
    const apply = (...objects: readonly Json[]) => api.apply(...objects);
    const get = async <T = Found>(...args: readonly string[]): Promise<T> =>
      JSON.parse(await api.kubectl(["get", ...args, "-o", "json"])) as T;
    const list = async <T>(...args: readonly string[]): Promise<readonly T[]> =>
      (await get<{ items: readonly T[] }>(...args)).items;
    const address = async (name: string): Promise<string | undefined> => {
      const { status } = await get<{ status: { loadBalancer: { ingress?: readonly { ip: string }[] } } }>(
        "service",
        name,
      );
      return status.loadBalancer.ingress?.[0]?.ip;
    };
    const poolOf = async (name: string): Promise<string | undefined> =>
      (await get("service", name)).metadata.annotations?.["metallb.io/ip-allocated-from-pool"];
    const has = (name: string) => until(`${name} to have an address`, () => address(name));
    const herald = (...args: readonly string[]) =>
      node
        .exec(join(ROOT, "bin", "herald"), [...args, "--kubeconfig", api.kubeconfig()])
        .then(({ stdout }) => stdout, said);
    const statuses = () => list<Found>("servicebgpstatuses", "-n", NAMESPACE);

    await api.kubectl([
      "apply",
      "--server-side",
      "--validate=strict",
      "-f",
      join(ROOT, "deploy/manifests/herald.yaml"),
    ]);
    await api.kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=30s"]);
    await apply({ apiVersion: "v1", kind: "Node", metadata: { name: "control" } }, ...GOOD);
    const controller = await startController(api, node, ["--http", "off", "--webhook", "10.0.0.10:9443"]);
    const speaker = await startSpeaker(api, node, ["--http", "off"]);

    await t.test("a Service has its address, the pool's name and an event", async (t) => {
      await apply(service("web"), slice("web"));
      t.equal(await has("web"), "192.0.2.0");
      t.equal(await poolOf("web"), "good");
      await until(
        "the event",
        async () => /IPAllocated/.test(await api.kubectl(["describe", "service", "web"])) || undefined,
      );
      await until("the counters", async () => {
        const { status } = await get("ipaddresspool", "good", "-n", NAMESPACE);
        return status?.["assignedIPv4"] === 1 ? true : undefined;
      });
    });

    await t.test("who is told, and that nobody has it yet, stands in a ServiceBGPStatus of the node", async (t) => {
      await until("the object", async () => (await statuses())[0]?.status?.["conditions"]);
      t.match((await statuses())[0]?.status, {
        node: "control",
        serviceName: "web",
        peers: ["good"],
        conditions: [{ type: "Announced", status: "False", message: /^good: the session is / }],
      });
      await api.kubectl(["delete", "servicebgpstatuses", "-n", NAMESPACE, "--all"]);
      await until(
        "one that somebody deleted to be there again",
        async () => (await statuses())[0]?.status?.["conditions"],
      );
    });

    await t.test("why and status say so, with the rights of whoever asks and no agent's port", async (t) => {
      const why = await herald("why", "web");
      t.match(
        why,
        /default\/web\n {2}192\.0\.2\.0 of pool good\n {2}to be announced from control to good: 192\.0\.2\.0\/32\n/,
      );
      t.match(why, /not told from control: good: the session is /);
      t.match(await herald("status"), /speaker-control +Valid[^]*default\/web +192\.0\.2\.0 +good +control/);
    });

    await t.test("what BFD sees of a peer is a condition of the speaker's ConfigurationState", async (t) => {
      const condition = "--for=condition=good/BFDUp=False";
      await api.kubectl(["wait", condition, "configurationstate/speaker-control", "-n", NAMESPACE, "--timeout=20s"]);
      const { status } = await get("configurationstate", "speaker-control", "-n", NAMESPACE);
      t.match(status, {
        result: "Valid",
        conditions: [
          { type: "configReconcilerValid", status: "True" },
          { type: "good/BFDUp", reason: "Down", message: /^profile good, 10\.0\.0\.99: here Down/ },
        ],
      });
      t.match(await herald("status", "--peers"), /BFD\n +NODE +PEER[^]*control +good +Down +20\S+ +profile good/);
      t.match(await herald("why", "web"), /BFD of control with good is not up: profile good, 10\.0\.0\.99: here Down/);
      const writes = audit.requests().filter(({ verb, name }) => verb === "patch" && name === "speaker-control");
      t.ok(writes.length <= 3, `${writes.length} writes`);
    });

    await t.test("thirty Services at once: one write of the status and one event each", async (t) => {
      const events = () =>
        audit.requests().filter(({ verb, resource }) => verb === "create" && resource === "events").length;
      const before = events();
      const names = Array.from({ length: 30 }, (_, index) => `web-${index}`);
      await api.kubectl(["create", "-f", "-"], {
        input: names.map((name) => JSON.stringify(service(name))).join("\n---\n"),
      });
      await until("all addresses", async () => {
        const all = await list<{ status: { loadBalancer: { ingress?: readonly { ip: string }[] } } }>("services");
        const ips = all.flatMap(({ status }) => status.loadBalancer.ingress ?? []).map(({ ip }) => ip);
        return ips.length === 31 && new Set(ips).size === 31 ? true : undefined;
      });
      const writes = audit
        .requests()
        .filter(({ verb, resource, code }) => verb === "patch" && resource === "services/status" && code === 200);
      const times = Map.groupBy(writes, ({ name }) => name);
      t.same(
        [...times].filter(([, each]) => each.length !== 1).map(([name]) => name),
        [],
      );
      t.equal(times.size, 31);
      await apply(...names.map((name) => slice(name)));
      await until("all to be announced", async () => ((await statuses()).length === 31 ? true : undefined));
      t.equal(events() - before, 30);
      await api.kubectl(["delete", "service", ...names, "--wait=false"]);
    });

    await t.test("the webhook refuses what would be wrong, in the same words, and its trust is repaired", async (t) => {
      await apply(webhookSlice());
      const overlap = configured("IPAddressPool", "overlap", { addresses: ["192.0.2.128/25"] });
      const refused = () =>
        apply(overlap).then(() => api.kubectl(["delete", "-n", NAMESPACE, "ipaddresspool/overlap"]), said);
      const sentence =
        /admission webhook "configuration\.herald\.metallb\.io" denied the request: IPAddressPool metallb-system\/overlap: spec\.addresses\[0\]: "192\.0\.2\.128\/25" overlaps "192\.0\.2\.0\/24" of IPAddressPool metallb-system\/good/;
      await until("a refusal", async () => (sentence.test(await refused()) ? true : undefined));
      const nothing = `{"webhooks":[{"name":"configuration.herald.metallb.io","clientConfig":{"caBundle":""}}]}`;
      await api.kubectl([
        "patch",
        "validatingwebhookconfiguration",
        "herald-webhook",
        "--type=strategic",
        "-p",
        nothing,
      ]);
      await until("the refusal again", async () => (sentence.test(await refused()) ? true : undefined));
      t.match(
        await api.kubectl(["delete", "-n", NAMESPACE, "community/good"]).catch(said),
        /denied the request: BGPAdvertisement .*no Community object defines "colour"/,
      );
      t.match(
        await apply(configured("BGPPeer", "warned", { ...PEER, peerAddress: "10.0.0.97", disableMP: true })),
        /created/,
      );
      await api.kubectl(["delete", "-n", NAMESPACE, "bgppeer/warned"]);
      const elsewhere = { ...overlap, metadata: { name: "elsewhere", namespace: "default" } };
      await until("the policy", async () =>
        /herald-namespace.*"default" is not the namespace that Herald reads/.test(await apply(elsewhere).catch(said))
          ? true
          : undefined,
      );
      await api.kubectl(["delete", "validatingwebhookconfiguration", "herald-webhook"]);
    });

    await t.test(
      "one bad object of each kind: said in ConfigurationState and in its event, in the same words; nothing else changes",
      async (t) => {
        await apply(...BAD.map(([object]) => object), service("later"));
        await has("later");
        const texts = await until("the verdict", async () => {
          const { status } = await get("configurationstate", "controller", "-n", NAMESPACE);
          const conditions = status?.["conditions"] as readonly { message: string }[] | undefined;
          const lines = conditions?.[0]?.message.split("\n") ?? [];
          return BAD.every(([, text]) => lines.some((line) => text.test(line))) ? lines : undefined;
        });
        for (const [{ kind }, text] of BAD) {
          const line = texts.find((each) => text.test(each));
          await until(`the event of ${String(kind)}`, async () =>
            (await list<EventFound>("events", "-n", NAMESPACE)).find(
              ({ involvedObject, message }) =>
                involvedObject.kind === kind && involvedObject.name === "bad" && message === line,
            ),
          );
          t.match(controller.output(), JSON.stringify(line).slice(1, -1), `${String(kind)} in the log`);
        }
        t.equal(await address("web"), "192.0.2.0");
        const kinds = BAD.map(([{ kind }]) => `${String(kind).toLowerCase()}/bad`);
        await api.kubectl(["delete", "-n", NAMESPACE, ...kinds]);
        await api.kubectl(["delete", "-n", NAMESPACE, "bfdprofile/good"]);
        await apply(...GOOD);
        await until("the verdict", async () =>
          (await get("configurationstate", "controller", "-n", NAMESPACE)).status?.["result"] === "Valid"
            ? true
            : undefined,
        );
      },
    );

    await t.test("a Service that stops being a load balancer keeps nothing from us", async (t) => {
      await apply(service("web", { type: "ClusterIP" }));
      await until("the annotation to be gone", async () => ((await poolOf("web")) === undefined ? true : undefined));
      t.equal(await address("web"), undefined);
      await until("nobody to be told", async () => ((await statuses()).length === 0 ? true : undefined));
      await apply(service("web"));
      await has("web");
    });

    await t.test("a controller that stops in order is followed at once, and what it gave stays", async (t) => {
      const before = await address("later");
      const spoilt = JSON.stringify({ data: { "tls.crt": "" } });
      await api.kubectl(["patch", "secret", "herald-webhook", "-n", NAMESPACE, "--type=merge", "-p", spoilt]);
      const next = await startController(api, node, ["--http", "off", "--webhook", "10.0.0.10:9444"]);
      await until("the second to wait", () => /"msg":"[^"]*waiting/.test(next.output()) || undefined);
      await controller.stop();
      await apply(service("after"));
      await has("after");
      t.equal(await address("later"), before);
    });

    await t.test("the two accounts lack no permission, and the log shows no secret", (t) => {
      t.same(
        audit.requests().filter(({ code }) => code === 401 || code === 403),
        [],
      );
      t.notMatch(controller.output() + speaker.output(), /a-secret-of-the-lab/);
      t.end();
    });
  });
}
