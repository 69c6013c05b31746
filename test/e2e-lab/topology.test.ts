import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { parse } from "yaml";
import { parseTopology, readTopology } from "../../e2e/lab/topology.ts";

const root = join(import.meta.dirname, "..", "..");

function topology(nodes: string, links = ""): string {
  return `name: x\ntopology:\n  nodes:\n${nodes}${links === "" ? "" : `  links:\n${links}`}`;
}

t.test("a node is read with its image, binds, commands, environment and sysctls", (t) => {
  const text = topology(`    a:
      image: frrouting/frr:v8.4.1
      binds: ["a/frr.conf:/etc/frr/frr.conf:ro", "/etc/hosts:/etc/hosts"]
      exec: ["ip link set eth1 up", "sh -c 'echo \\"1 2\\"'"]
      env: { LEVEL: 3 }
      sysctls: { net.ipv4.ip_forward: 1 }
`);
  t.same(parseTopology(text, "/lab/x.clab.yml").nodes, [
    {
      name: "a",
      kind: "linux",
      image: "frrouting/frr:v8.4.1",
      binds: new Map([
        ["/lab/a/frr.conf", "/etc/frr/frr.conf"],
        ["/etc/hosts", "/etc/hosts"],
      ]),
      exec: [
        ["ip", "link", "set", "eth1", "up"],
        ["sh", "-c", 'echo "1 2"'],
      ],
      env: { LEVEL: "3" },
      sysctls: { "net.ipv4.ip_forward": "1" },
    },
  ]);
  t.end();
});

t.test("defaults and kinds stand behind the node's own words; lists add up", (t) => {
  const text = `name: x
topology:
  defaults: { image: one, exec: [a], env: { A: 1, B: 1 } }
  kinds:
    linux: { image: two, exec: [b], env: { B: 2, C: 2 } }
  nodes:
    own: { image: three, exec: [c], env: { C: 3 } }
    bare:
`;
  const [own, bare] = parseTopology(text, "x").nodes;
  t.match(own, { image: "three", exec: [["a"], ["b"], ["c"]], env: { A: "1", B: "2", C: "3" } });
  t.match(bare, { image: "two", exec: [["a"], ["b"]] });
  t.end();
});

t.test("what is wrong is named with its place", (t) => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ["name: x", /^f: a topology has a name and topology\.nodes$/],
    [topology("    a b: {}\n"), /topology\.nodes\.a b: a name has letters/],
    [topology("    a: { kind: vr-sros }\n"), /nodes\.a\.kind: "vr-sros" must be one of linux, bridge, ovs-bridge/],
    [topology("    a-very-long-bridge: { kind: bridge }\n"), /a bridge's name has at most 15 characters/],
    [topology("    a: { image: 3 }\n"), /nodes\.a\.image must be a string/],
    [topology("    a: { exec: ip link }\n"), /nodes\.a\.exec must be a list/],
    [topology("    a: { exec: [1] }\n"), /nodes\.a\.exec must be a list of strings/],
    [topology(`    a: { exec: ["sh -c 'x"] }\n`), /has a quote that is not closed/],
    [topology("    a: { env: [A] }\n"), /nodes\.a\.env must be a map/],
    [topology("    a: { binds: [x] }\n"), /"x" must be written host-path:container-path/],
    [topology("    a:\n", `    - endpoints: ["a:eth1"]\n`), /links\[0\] must have two endpoints/],
    [topology("    a:\n", `    - endpoints: ["a:eth1", "b:eth1"]\n`), /links\[0\] names the unknown node b/],
    [topology("    a:\n", `    - endpoints: ["a:eth1", "a"]\n`), /"a" must be written node:interface/],
    [topology("    a:\n", `    - endpoints: ["a:eth1", "a:eth1"]\n`), /a:eth1 is the end of another link already/],
    [
      topology("    a:\n", `    - endpoints: ["a:eth1", "a:sixteen-letters0"]\n`),
      /more than the kernel's 15 characters/,
    ],
  ];
  for (const [text, message] of cases) t.throws(() => parseTopology(text, "f"), { message });
  t.end();
});

/** Fields of containerlab's topology definition that ours may use. */
const FIELDS = {
  file: ["name", "topology"],
  topology: ["defaults", "kinds", "nodes", "links"],
  node: ["kind", "image", "binds", "exec", "env", "sysctls", "network-mode", "labels"],
  link: ["endpoints"],
};

function known(value: object | null, fields: readonly string[]): boolean {
  return Object.keys(value ?? {}).every((field) => fields.includes(field));
}

t.test("every topology of deploy/clab is also containerlab's: no field of our own, every bound file is there", (t) => {
  const files = globSync("deploy/clab/*.clab.yml", { cwd: root });
  t.ok(files.length > 0);
  for (const file of files) {
    const path = join(root, file);
    const raw = parse(readFileSync(path, "utf8")) as {
      topology: { defaults: object | null; nodes: Record<string, object | null>; links?: object[] };
    };
    t.ok(known(raw, FIELDS.file) && known(raw.topology, FIELDS.topology), file);
    t.ok(
      [raw.topology.defaults, ...Object.values(raw.topology.nodes)].every((node) => known(node, FIELDS.node)),
      `${file}: nodes`,
    );
    t.ok(
      (raw.topology.links ?? []).every((link) => known(link, FIELDS.link)),
      `${file}: links`,
    );
    for (const { binds } of readTopology(path).nodes) {
      for (const from of binds.keys()) t.doesNotThrow(() => readFileSync(from), `${file} binds ${from}`);
    }
  }
  t.end();
});
