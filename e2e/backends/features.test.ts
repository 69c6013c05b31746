/**
 * What each backend can do, shown by doing it: a peer or a route for every feature, with an FRR as the router that sees
 * it; or the reason that Herald gives. docs/backends.md has the outcome as a table.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { Test } from "tap";
import { frrPaths, until } from "../lab/index.ts";
import type { LabNode } from "../lab/index.ts";
import { HERALD, Herald } from "../interop/herald.ts";
import { advertisement, network, peer, services, stream } from "../interop/manifests.ts";
import type { Manifest } from "../interop/manifests.ts";
import { isRoot, pair } from "../interop/pair.ts";
import { ASKED, addresses, isOwn, manifests } from "./asked.ts";
import { frr, gobgpd } from "./daemons.ts";
import type { Driven } from "./daemons.ts";
import { BACKENDS, NAMES, pageTable, table } from "./page.ts";
import type { Answer, BackendName, FeatureName } from "./page.ts";

const DRIVEN: Readonly<Record<BackendName, Driven | undefined>> = { native: undefined, frr, gobgp: gobgpd };
const EXISTING = { name: "theirs", address: "10.0.0.1", dualStack: true, spec: { existing: true } };

/** What a peer's routes need of the router: addresses, and a neighbour for each peer. */
async function prepare(speaker: LabNode, router: LabNode): Promise<void> {
  const lines = ["router bgp 64501", "no bgp network import-check"];
  for (const [index, asked] of ASKED.entries()) {
    const { lines: more = [], dials = false } = asked;
    if (!isOwn(asked)) continue;
    const own = addresses(index);
    if (index > 0) await router.exec("ip", ["address", "add", `${own.router}/24`, "dev", "speaker"]);
    await speaker.exec("ip", ["address", "add", `${own.speaker}/24`, "dev", "router"]);
    const way = dials ? ["timers connect 1", `update-source ${own.router}`] : ["passive"];
    const neighbor = ["remote-as 64500", ...way, ...more].map((line) => `neighbor ${own.speaker} ${line}`);
    const active = [4, 6].flatMap((family) => [
      `address-family ipv${family} unicast`,
      `neighbor ${own.speaker} activate`,
      "exit-address-family",
    ]);
    lines.push(...neighbor, ...active);
  }
  const link = [
    "neighbor speaker interface remote-as 64500",
    "address-family ipv4 unicast",
    "neighbor speaker activate",
  ];
  const routes = Array.from({ length: 4 }, (_, n) => `network 172.16.${n}.0/24`);
  await router.vtysh("configure terminal", ...lines, ...link, ...routes);
}

/** What `herald plan` says of them, as text. */
async function plan(node: LabNode, backend: string, all: readonly Manifest[]): Promise<string> {
  const file = join(node.folder, "planned.yaml");
  writeFileSync(file, stream(all));
  const command = '"$0" plan -f "$1" --backend "$2" -o json || true';
  return (await node.exec("sh", ["-c", command, HERALD, file, backend])).stdout;
}

interface Bench {
  readonly t: Test;
  readonly speaker: LabNode;
  readonly router: LabNode;
  readonly backend: BackendName;
  readonly options: readonly string[];
}

/** All features but one, in one run. */
async function exercise({ t, speaker, router, backend, options }: Bench): Promise<Map<FeatureName, Answer>> {
  const said = await plan(speaker, backend, manifests());
  const answers = new Map<FeatureName, Answer>();
  for (const { feature, denied } of ASKED) if (denied.test(said)) answers.set(feature, "no");
  const missing = new Set(ASKED.filter(({ feature }) => !answers.has(feature)));
  await prepare(speaker, router);
  await using packets = await router.tcpdump("tcp port 179 or udp port 3785", "speaker");
  const herald = new Herald(speaker, [], 0, { more: options });
  herald.write(manifests());
  const look = async (): Promise<true | undefined> => {
    for (const one of missing) {
      const { speaker: source } = addresses(isOwn(one) ? ASKED.indexOf(one) : 0);
      if (!(await one.done({ speaker, router, source, packets }))) continue;
      answers.set(one.feature, "yes");
      missing.delete(one);
    }
    return missing.size === 0 || undefined;
  };
  const names = (): string => [...missing].map(({ feature }) => feature).join(", ");
  const seen = (): string => `without ${names()}\n${herald.task.output()}`;
  await until("every feature to be seen", look, { timeoutMs: 45_000, seen }).catch((error: unknown) => {
    t.fail(String(error));
  });
  await herald.task.stop();
  return answers;
}

const PLAIN = advertisement("plain", { communities: ["64500:100"], med: 5 });
const RICH = advertisement("rich", {
  communities: ["64500:100", "no-export"],
  extendedCommunities: ["rt:64500:1"],
  asPathPrepend: 1,
});

/** Apart from the others: the daemon is the operator's then. */
async function useNeighbor({ t, speaker, router, backend, options }: Bench): Promise<[FeatureName, Answer][]> {
  const [plain, rich] = [PLAIN, RICH].map((one) => [...network(), one, peer(EXISTING), ...services(1)]);
  const driven = DRIVEN[backend];
  const said = await plan(speaker, backend, rich ?? []);
  if (driven === undefined || /asks for a neighbour that a routing daemon has/.test(said))
    return [
      ["existing-neighbor", "no"],
      ["existing-neighbor-policy", "no"],
    ];
  await driven.instance(speaker, 64500);
  await driven.neighbor(speaker, "10.0.0.1", 64501);
  const before = await driven.configuration(speaker);
  const herald = new Herald(speaker, [], 0, { more: options });
  const told = (seen: RegExp): Promise<true> =>
    until(
      `paths like ${seen.source}`,
      async () => {
        const all = [...(await frrPaths(router, 4)), ...(await frrPaths(router, 6))];
        const paths = all.filter(({ asPath }) => asPath.startsWith("64500"));
        return (paths.length === 2 && paths.every((one) => seen.test(JSON.stringify(one)))) || undefined;
      },
      { timeoutMs: 40_000, seen: () => herald.task.output() },
    );
  herald.write(plain ?? []);
  await told(/"asPath":"64500".*"med":5,"communities":\["64500:100"\]/);
  const answers: [FeatureName, Answer][] = [["existing-neighbor", "yes"]];
  if (/already \(existing\)/.test(said)) answers.push(["existing-neighbor-policy", "no"]);
  else {
    herald.write(rich ?? []);
    await told(/"asPath":"64500 64500".*"no-export".*RT:64500:1/);
    answers.push(["existing-neighbor-policy", "yes"]);
  }
  await herald.task.stop();
  t.equal(await driven.configuration(speaker), before, "what is the operator's stays as it was");
  return answers;
}

if (isRoot(t)) {
  t.setTimeout(300_000);
  const answers = {
    native: new Map<FeatureName, Answer>(),
    frr: new Map<FeatureName, Answer>(),
    gobgp: new Map<FeatureName, Answer>(),
  };
  for (const backend of BACKENDS) {
    t.test(`${backend}: what it can do shows at a router, what it cannot is said`, async (t) => {
      const driven = DRIVEN[backend];
      const { speaker, router } = await pair(t, driven?.topology ?? "pair.clab.yml");
      const options = driven?.options(speaker) ?? ["--bgp-listen", ":179"];
      const bench = { t, speaker, router, backend, options };
      answers[backend] = await exercise(bench);
      for (const [feature, answer] of await useNeighbor(bench)) answers[backend].set(feature, answer);
      t.same([...answers[backend].keys()].sort(), [...NAMES].sort(), "each feature is asked for");
    });
  }

  t.test("docs/backends.md says the same", (t) => {
    const made = table(answers);
    if (made.includes("?")) throw new Error("not every feature was seen or denied");
    t.equal(pageTable(made), made);
    t.end();
  });
}
