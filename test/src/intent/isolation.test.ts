import { assert, property, shuffledSubarray } from "fast-check";
import t from "tap";
import { advertisement, compiled, peer, pool } from "../../support/objects.ts";
import type { Written } from "../../support/objects.ts";
import { readable } from "../../support/golden.ts";

const SECRET: Written = {
  kind: "Secret",
  metadata: { name: "password" },
  type: "kubernetes.io/basic-auth",
  stringData: { password: "hunter2" },
};

/** Each kind, and each way to refer to another object. */
const GOOD: readonly Written[] = [
  pool("internal", ["10.0.0.0/24", "2001:db8::/112"], {}, { labels: { reach: "internal" } }),
  pool("public", ["203.0.113.0/28"], { autoAssign: false }),
  advertisement("inside", {
    ipAddressPoolSelectors: [{ matchLabels: { reach: "internal" } }],
    communities: ["inside"],
  }),
  advertisement("world", { ipAddressPools: ["public"], peers: ["tor-1"], localPref: 200 }),
  { kind: "L2Advertisement", metadata: { name: "lan" }, spec: { interfaces: ["eth0"] } },
  { kind: "Community", metadata: { name: "names" }, spec: { communities: [{ name: "inside", value: "64500:1" }] } },
  { kind: "BFDProfile", metadata: { name: "fast" }, spec: { receiveInterval: 50 } },
  SECRET,
  peer("tor-1", { bfdProfile: "fast", passwordSecret: { name: "password" } }),
  peer("tor-2", { peerAddress: "192.0.2.2", password: "hunter2" }),
];

/** Each is wrong on its own or against one of the good ones, and comes after those by name. */
const BROKEN: readonly Written[] = [
  pool("z-unreadable", ["10.9.0.0/33"]),
  pool("z-empty", []),
  pool("z-overlap", ["10.0.0.128/25"]),
  pool("z-overlap-all", ["0.0.0.0/0", "::/0"]),
  pool("public", ["10.8.0.0/24"], {}, { namespace: "z" }),
  { kind: "IPAddressPool", metadata: { name: "z-text" }, spec: "text" },
  advertisement("z-alias", { communities: ["nobody-knows"] }),
  advertisement("z-local-pref", { ipAddressPools: ["public"], localPref: 100 }),
  advertisement("z-aggregate", { ipAddressPools: ["public"], serviceSelectors: [{}], aggregationLength: 24 }),
  advertisement("z-number", { aggregationLength: 99 }),
  { kind: "L2Advertisement", metadata: { name: "z-interfaces" }, spec: { interfaces: "eth0" } },
  { kind: "Community", metadata: { name: "z-again" }, spec: { communities: [{ name: "inside", value: "64500:2" }] } },
  { kind: "Community", metadata: { name: "z-value" }, spec: { communities: [{ name: "outside", value: "x" }] } },
  { kind: "BFDProfile", metadata: { name: "z-fast" }, spec: { receiveInterval: 1 } },
  { kind: "BFDProfile", metadata: { name: "fast", namespace: "z" }, spec: {} },
  peer("z-duplicate"),
  peer("z-secret", { peerAddress: "192.0.2.9", passwordSecret: { name: "nowhere" } }),
  peer("z-timers", { peerAddress: "192.0.2.9", holdTime: "1s" }),
  peer("z-address", { peerAddress: "tor-9" }),
  { kind: "BGPPeer", metadata: { name: "z-number" }, spec: { myASN: "x" } },
  { kind: "Pool", metadata: { name: "z-kind" } },
];

/** What concerns the good objects: advertisements that broken ones leave without any pool say nothing. */
function effect(written: readonly Written[]): string {
  const { config } = compiled(written);
  const bgpAdvertisements = config.bgpAdvertisements.filter(({ pools }) => pools.size > 0);
  return readable({ ...config, bgpAdvertisements });
}

t.test("the good objects have no problems, and each broken one has", (t) => {
  t.same(compiled(GOOD).lines, []);
  for (const broken of BROKEN) {
    const name = broken.metadata?.name ?? "";
    const { problems } = compiled([...GOOD, broken]);
    t.ok(
      problems.some(({ severity }) => severity === "error"),
      `${broken.kind} ${name} has an error`,
    );
    t.ok(
      problems.every(({ ref }) => ref.name === name),
      `and nothing else has: ${broken.kind} ${name}`,
    );
  }
  t.end();
});

t.test("any number of broken objects leaves every other part of the configuration as it is", (t) => {
  const whole = effect(GOOD);
  assert(
    property(shuffledSubarray([...BROKEN]), (broken) => effect([...broken, ...GOOD]) === whole),
    { numRuns: 60 },
  );
  t.end();
});

function dated(written: Written, creationTimestamp: string, name = written.metadata?.name): Written {
  return {
    ...written,
    metadata: { ...written.metadata, ...(name === undefined ? {} : { name }), creationTimestamp },
  };
}

t.test("where objects have an age, the broken one that is newer loses, whatever its name", (t) => {
  const old = GOOD.map((written) => dated(written, "2026-01-01T00:00:00Z"));
  const whole = effect(old);
  for (const broken of BROKEN) {
    const name = broken.metadata?.name ?? "";
    const first = dated(broken, "2026-02-01T00:00:00Z", name.replace(/^z-/, "a-"));
    t.equal(effect([...old, first]), whole, `${broken.kind} ${name}`);
  }
  t.end();
});

t.test("the outcome does not depend on the order of objects", (t) => {
  const all = [...GOOD, ...BROKEN];
  const { config, lines } = compiled(all);
  const expected = readable(config);
  assert(
    property(shuffledSubarray(all, { minLength: all.length }), (written) => {
      const again = compiled(written);
      return readable(again.config) === expected && again.lines.toSorted().join() === lines.toSorted().join();
    }),
    { numRuns: 60 },
  );
  t.end();
});
