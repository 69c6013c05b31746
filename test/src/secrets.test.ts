/** A password never appears anywhere: whatever is right or wrong with it, in nothing that a command or an agent says. */
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import type { Test } from "tap";
import { runCli } from "../../src/cli/program.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { testSystem } from "../support/test-system.ts";

const PASSWORD = "Nobody-May-See-This";
const BASE64 = Buffer.from(PASSWORD).toString("base64");
const LONG = PASSWORD.repeat(5);

/** A peer whose spec ends with this. */
function peer(name: string, index: number, spec: string): string {
  const head = `apiVersion: metallb.io/v1beta2\nkind: BGPPeer\nmetadata: {name: ${name}, namespace: metallb-system}`;
  return `${head}\nspec:\n  myASN: 64500\n  peerASN: 64501\n  peerAddress: 127.9.9.${index}\n  ${spec}\n`;
}

function secret(name: string, rest: string): string {
  return `apiVersion: v1\nkind: Secret\nmetadata: {name: ${name}, namespace: metallb-system}\n${rest}\n`;
}

const BASIC = "type: kubernetes.io/basic-auth";

/** Each is a file; the sentence is what must be said of it, "" where nothing is wrong. */
const FILES: Readonly<Record<string, { readonly text: string; readonly told: RegExp }>> = {
  plain: { text: peer("plain", 1, `password: ${PASSWORD}`), told: /^/ },
  referred: {
    text: `${peer("referred", 2, "passwordSecret: {name: good}")}---\n${secret("good", `${BASIC}\nstringData: {password: ${PASSWORD}}`)}`,
    told: /^/,
  },
  coded: {
    text: `${peer("coded", 3, "passwordSecret: {name: coded}")}---\n${secret("coded", `${BASIC}\ndata: {password: ${BASE64}}`)}`,
    told: /^/,
  },
  long: { text: peer("long", 4, `password: ${LONG}`), told: /BGPPeer metallb-system\/long: spec\.password: .*longer/ },
  both: {
    text: peer("both", 5, `password: ${PASSWORD}\n  passwordSecret: {name: good}`),
    told: /BGPPeer metallb-system\/both: spec\.passwordSecret: is given beside password/,
  },
  list: { text: peer("list", 6, `password: [${PASSWORD}]`), told: /BGPPeer metallb-system\/list: spec\.password: / },
  mapping: {
    text: peer("mapping", 7, `password: {value: ${PASSWORD}}`),
    told: /BGPPeer metallb-system\/mapping: spec\.password: /,
  },
  misspelt: {
    text: peer("misspelt", 8, `pasword: ${PASSWORD}`),
    told: /BGPPeer metallb-system\/misspelt: spec\.pasword: .*did you mean password\?/,
  },
  unnumbered: {
    text: peer("unnumbered", 9, `password: ${PASSWORD}`).replace(/peerAddress: .*/, "interface: eth0"),
    told: /BGPPeer metallb-system\/unnumbered: spec\.password: .*write peerAddress/,
  },
  unquoted: { text: peer("unquoted", 10, `password: "${PASSWORD}`), told: /unquoted\.yaml:\d+/ },
  alias: { text: peer("alias", 11, `password: *${PASSWORD}`), told: /alias\.yaml:\d+/ },
  tag: { text: peer("tag", 12, `password: !${PASSWORD} x`), told: /tag\.yaml:\d+|^/ },
  colon: { text: peer("colon", 13, `password: x: ${PASSWORD}`), told: /colon\.yaml:\d+/ },
  tab: { text: peer("tab", 14, `password:\n\t${PASSWORD}`), told: /tab\.yaml:\d+/ },
  wrongType: {
    text: `${peer("wrong-type", 15, "passwordSecret: {name: opaque}")}---\n${secret("opaque", `stringData: {password: ${PASSWORD}}`)}`,
    told: /Secret metallb-system\/opaque has type Opaque/,
  },
  notCoded: {
    text: secret("not-coded", `${BASIC}\ndata: {password: ${PASSWORD}}`),
    told: /Secret metallb-system\/not-coded: data\.password/,
  },
  number: { text: secret("number", `${BASIC}\ndata: [${PASSWORD}]`), told: /Secret metallb-system\/number: data/ },
};

const SERVICE =
  "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: LoadBalancer, ports: [{port: 80}]}\n---\n" +
  "apiVersion: metallb.io/v1beta1\nkind: IPAddressPool\nmetadata: {name: pool, namespace: metallb-system}\nspec: {addresses: [192.0.2.0/24]}\n---\n" +
  "apiVersion: metallb.io/v1beta1\nkind: BGPAdvertisement\nmetadata: {name: all, namespace: metallb-system}\n";

function folder(t: Test): string {
  const config = join(temporaryFolder(t), "config");
  mkdirSync(config);
  for (const [name, { text }] of Object.entries(FILES)) writeFileSync(join(config, `${name}.yaml`), text);
  writeFileSync(join(config, "service.yaml"), SERVICE);
  return config;
}

/** The password, its base64 form, or a part of either. */
const LEAK = new RegExp(`Nobody|May-See|${BASE64.slice(0, 12)}`);

t.test("what check and plan say of it", async (t) => {
  const config = folder(t);
  for (const args of [
    ["check", "-f", config],
    ["check", "-f", config, "-o", "json"],
    ["plan", "-f", config],
    ["plan", "-f", config, "-o", "json"],
    ["plan", "-f", config, "-o", "yaml"],
    ["plan", "--diff", config, join(config, "service.yaml")],
  ]) {
    const system = testSystem();
    await runCli(args, system);
    t.notMatch(system.printed.out + system.printed.err, LEAK, args.join(" ").replaceAll(config, "FOLDER"));
  }
  const system = testSystem();
  await runCli(["check", "-f", config], system);
  for (const [name, { told }] of Object.entries(FILES)) t.match(system.printed.out, told, name);
});

t.test("what a running agent says of it: log, status, metrics, state folder", async (t) => {
  const config = folder(t);
  const state = temporaryFolder(t);
  const system = testSystem();
  const exit = runCli(["run", "--node-name", "n1", "--config", config, "--state", state], system);
  const verdicts = ["controller", "speaker-n1"].map((name) => join(state, `configurationstates/${name}.yaml`));
  while (!verdicts.every(existsSync)) await new Promise((next) => setImmediate(next));
  for (const path of ["/status", "/metrics"]) {
    const reply = await system.routes[path]?.(new URLSearchParams());
    t.equal(reply?.status, 200);
    t.notMatch(reply?.body, LEAK, path);
  }
  system.end("the test is over");
  await exit;
  t.ok(system.records.some(({ msg }) => msg === "problem"));
  t.notMatch(JSON.stringify(system.records), LEAK, "log");
  t.notMatch(
    JSON.stringify(system.fake.calls, (_, value: unknown) => (typeof value === "bigint" ? `${value}` : value)),
    LEAK,
  );
  const files = globSync("**/*.{yaml,json,jsonl}", { cwd: state });
  t.ok(files.some((file) => file.startsWith("configurationstates")));
  for (const file of files) t.notMatch(readFileSync(join(state, file), "utf8"), LEAK, file);
});
