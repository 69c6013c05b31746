/** What is impossible is said in one sentence, and in the same words wherever somebody may look. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { parse } from "yaml";
import { runCli } from "../../src/cli/program.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { testSystem } from "../support/test-system.ts";

const MANIFESTS = [
  { kind: "IPAddressPool", metadata: { name: "pool" }, spec: { addresses: ["192.0.2.0/24"] } },
  {
    apiVersion: "metallb.io/v1beta2",
    kind: "BGPPeer",
    metadata: { name: "inner" },
    spec: { myASN: 64500, peerASN: 64500, peerAddress: "127.9.9.1" },
  },
  {
    apiVersion: "metallb.io/v1beta2",
    kind: "BGPPeer",
    metadata: { name: "wire" },
    spec: { myASN: 64500, peerASN: 64501, interface: "eth0", password: "a-key" },
  },
  { kind: "BGPAdvertisement", metadata: { name: "prepended" }, spec: { asPathPrepend: 2, peers: ["inner"] } },
  {
    kind: "BGPAdvertisement",
    metadata: { name: "weighed" },
    spec: { weightByEndpoints: "transitive", aggregationLength: 24, med: 5 },
  },
  { kind: "BGPAdvertisement", metadata: { name: "worse" }, spec: { aggregationLength: 24, med: 6 } },
].map((one) => ({
  apiVersion: "metallb.io/v1beta1",
  ...one,
  metadata: { ...one.metadata, namespace: "metallb-system" },
}));

const SENTENCES = [
  "BGPAdvertisement metallb-system/prepended: spec.asPathPrepend: has no effect towards internal peers, which would take our own AS in a path for a loop: inner; remove it, and prefer among internal routes by localPref or med",
  "BGPAdvertisement metallb-system/weighed: spec.weightByEndpoints: has no effect on aggregates, which are not of one Service; leave out aggregationLength and aggregationLengthV6, or write moreSpecifics: announce",
  "BGPAdvertisement metallb-system/worse: spec.med: 6 for IPAddressPool pool contradicts 5 of BGPAdvertisement metallb-system/weighed, which comes first by name and keeps it; write the same med, or let the two differ in peers, nodes or aggregation length",
  "BGPPeer metallb-system/wire: spec.password: is bound to the address of the peer (TCP-MD5), and an unnumbered peer has none; write peerAddress in place of interface, or leave the password out",
];

t.test("check, the log, the status of an agent and its ConfigurationState say the same", async (t) => {
  const config = join(temporaryFolder(t), "config");
  const state = temporaryFolder(t);
  mkdirSync(config);
  writeFileSync(join(config, "all.json"), JSON.stringify({ apiVersion: "v1", kind: "List", items: MANIFESTS }));

  const checked = testSystem();
  await runCli(["check", "-f", config], checked);
  const lines = checked.printed.out.split("\n");
  for (const sentence of SENTENCES) t.ok(lines.includes(`error: ${sentence} (all.json:1)`), sentence);

  const system = testSystem();
  const exit = runCli(["run", "--node-name", "n1", "--config", config, "--state", state], system);
  const file = join(state, "configurationstates/speaker-n1.yaml");
  while (!existsSync(file)) await new Promise((next) => setImmediate(next));
  const reply = await system.routes["/status"]?.(new URLSearchParams());
  system.end("the test is over");
  await exit;
  const status = JSON.parse(reply?.body ?? "") as { problems: readonly { text: string }[] };
  const verdict = parse(readFileSync(file, "utf8")) as {
    status: { errorSummary: string };
  };
  const places = {
    log: system.records.flatMap(({ msg, problem }) => (msg === "problem" ? [String(problem)] : [])),
    "/status": status.problems.map(({ text }) => text),
    ConfigurationState: verdict.status.errorSummary.split("\n"),
  };
  for (const [place, texts] of Object.entries(places)) {
    for (const sentence of SENTENCES) {
      t.ok(
        texts.some((text) => text.startsWith(sentence)),
        `${place}: ${sentence}`,
      );
    }
  }
});
