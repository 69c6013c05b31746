import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import t from "tap";

/**
 * Who may import whom. The first rule whose `from` matches a file decides; `may` lists what it may import besides
 * files of its own room (`from`). "node:" stands for every built-in module, "npm" for every package not named.
 * `types` lists what it may import for types only.
 */
interface Rule {
  readonly from: string;
  readonly may: readonly string[];
  readonly types?: readonly string[];
  readonly why: string;
}

const RULES: readonly Rule[] = [
  { from: "bgp/codec/", may: [], why: "the codec stands alone: bytes and values, not even node:*" },
  {
    from: "bgp/fsm/",
    may: [],
    types: ["bgp-ts-codec"],
    why: "the state machine is pure; it knows the codec's types only",
  },
  {
    from: "bgp/session/",
    may: ["bgp-ts-codec", "bgp/fsm/", "bgp/ports.ts"],
    why: "a session runs one connection on ports",
  },
  {
    from: "bgp/speaker/",
    may: ["bgp-ts-codec", "bgp/fsm/", "bgp/session/", "bgp/ports.ts"],
    why: "a speaker knows sessions and ports, no sockets",
  },
  {
    from: "bgp/bmp/",
    may: ["bgp-ts-codec", "bgp/session/", "bgp/speaker/", "bgp/ports.ts"],
    why: "monitoring watches a speaker, on ports; a speaker knows nothing of it",
  },
  { from: "bgp/examples/", may: ["bgp-ts-codec", "@herald/bgp", "node:"], why: "an example is a host of the library" },
  { from: "bgp/", may: ["bgp-ts-codec"], why: "the library never imports the agent nor opens a socket: it gets ports" },
  { from: "bfd/", may: [], why: "BFD stands alone, as BGP does: no package, no node:*, it gets ports" },
  { from: "src/model/", may: ["bgp-ts-codec"], why: "values only; the codec's address text is the one text form" },
  { from: "src/api/", may: ["src/model/", "zod", "ip-num"], why: "parsing is pure: schemas in, values out" },
  {
    from: "src/intent/",
    may: ["src/model/"],
    types: ["src/api/"],
    why: "compile knows the stage before it by type only",
  },
  { from: "src/allocate/", may: ["src/model/"], why: "the allocator is pure" },
  { from: "src/plan/", may: ["src/model/"], types: ["src/backend/backend.ts"], why: "planning is pure" },
  {
    from: "src/announce/",
    may: ["src/model/", "src/backend/backend.ts"],
    why: "announcers know the contract, no concrete backend",
  },
  {
    from: "src/backend/backend.ts",
    may: [],
    types: ["src/model/", "src/backend/looking-glass.ts", "src/backend/report.ts"],
    why: "the contract is values",
  },
  {
    from: "src/backend/looking-glass.ts",
    may: [],
    types: ["src/backend/report.ts"],
    why: "the contract is values",
  },
  { from: "src/backend/report.ts", may: [], types: ["src/model/"], why: "the contract is values" },
  {
    from: "src/backend/native/",
    may: ["src/model/", "src/backend/backend.ts", "src/bfd/", "src/describe/", "@herald/bgp", "bgp-ts-codec"],
    types: ["src/backend/looking-glass.ts", "src/backend/report.ts"],
    why: "backends do not know each other, nor sockets: the host is handed in; what is shown of messages is in words",
  },
  {
    from: "src/bfd/",
    may: ["src/model/", "@herald/bfd"],
    types: ["src/backend/backend.ts", "src/backend/report.ts"],
    why: "it couples sessions that a host runs with the peers of a backend: values and ports, no sockets",
  },
  { from: "src/backend/", may: ["src/model/", "src/backend/backend.ts"], why: "backends do not know each other" },
  {
    from: "src/net/",
    may: ["src/model/", "@herald/bgp", "@herald/bfd", "bgp-ts-codec", "node:", "npm"],
    why: "the only folder that touches sockets, files and syscalls",
  },
  { from: "src/log/", may: ["src/model/", "@herald/bgp", "npm"], why: "logging knows values and its library" },
  { from: "src/source/source.ts", may: [], types: ["src/model/"], why: "the contract of a source is values" },
  {
    from: "src/source/directory/",
    may: ["src/model/", "src/source/source.ts", "src/net/", "src/log/", "yaml"],
    why: "a source knows values and files through net",
  },
  {
    from: "src/source/kubernetes/",
    may: ["src/model/", "src/source/source.ts", "src/net/", "src/api/"],
    types: ["src/log/"],
    why: "a source knows values and connections through net; of each object it keeps what the schemas of src/api read",
  },
  {
    from: "src/status/",
    may: ["src/model/", "src/net/", "src/log/", "src/source/kubernetes/reader.ts", "yaml", "node:crypto"],
    why: "status knows values, and files and the API through net; names of objects are digests; it watches what it wrote",
  },
  {
    from: "src/admission/",
    may: [
      "src/model/",
      "src/net/",
      "src/log/",
      "src/status/queue.ts",
      "src/source/kubernetes/reader.ts",
      "node:crypto",
    ],
    why: "the webhook is handed who judges; it keeps its certificates through the API",
  },
  {
    from: "src/controller.ts",
    may: ["src/model/", "src/api/", "src/intent/", "src/allocate/", "src/world.ts"],
    types: ["src/source/", "src/status/", "src/log/"],
    why: "the controller is the flow source → api → intent → allocate → status, on what it is handed",
  },
  {
    from: "src/speaker.ts",
    may: [
      "src/model/",
      "src/api/",
      "src/intent/",
      "src/plan/",
      "src/announce/",
      "src/bfd-conditions.ts",
      "src/session-log.ts",
      "src/session-states.ts",
      "src/speaker-events.ts",
      "src/world.ts",
    ],
    types: ["src/source/", "src/status/", "src/log/", "src/backend/backend.ts"],
    why: "the speaker is the flow source → api → intent → plan → announce → backend, on what it is handed",
  },
  {
    from: "src/problem-log.ts",
    may: ["src/model/"],
    types: ["src/log/", "src/world.ts"],
    why: "it says what the world finds wrong",
  },
  {
    from: "src/session-log.ts",
    may: [],
    types: ["src/backend/backend.ts", "src/backend/report.ts", "src/log/"],
    why: "it says what a backend reports",
  },
  {
    from: "src/bfd-conditions.ts",
    may: [],
    types: ["src/backend/report.ts", "src/status/status.ts"],
    why: "it says what a backend reports as a status",
  },
  {
    from: "src/session-states.ts",
    may: ["src/model/"],
    types: ["src/backend/backend.ts", "src/backend/report.ts"],
    why: "it says which peers have what, by what a backend reports",
  },
  {
    from: "src/speaker-events.ts",
    may: ["src/model/"],
    types: ["src/backend/backend.ts", "src/status/"],
    why: "it says of objects what a speaker and its backend know",
  },
  { from: "src/world.ts", may: ["src/model/", "src/api/", "src/intent/"], why: "what is known so far: values only" },
  {
    from: "src/observed.ts",
    may: [],
    types: [
      "src/announce/",
      "src/backend/looking-glass.ts",
      "src/backend/report.ts",
      "src/model/",
      "src/pass-times.ts",
      "src/problem-log.ts",
      "src/world.ts",
    ],
    why: "what can be seen of an agent: types only",
  },
  {
    from: "src/wire-times.ts",
    may: ["src/pass-times.ts"],
    types: ["src/backend/backend.ts", "src/world.ts"],
    why: "it stands between a source and a backend, and counts",
  },
  { from: "src/pass-times.ts", may: [], why: "a count and a clock that is handed in" },
  {
    from: "src/http/",
    may: ["src/model/", "src/metrics/index.ts"],
    types: [
      "src/announce/",
      "src/backend/looking-glass.ts",
      "src/backend/report.ts",
      "src/net/http.ts",
      "src/observed.ts",
    ],
    why: "answers are made of values; the server is handed in",
  },
  {
    from: "src/metrics/",
    may: ["src/model/", "src/pass-times.ts", "prom-client"],
    types: ["src/backend/report.ts", "src/observed.ts"],
    why: "samples are made of values when somebody asks",
  },
  { from: "src/describe/", may: ["bgp-ts-codec"], why: "messages in words: what the codec read, and no more" },
  {
    from: "src/cli/",
    may: ["src/", "node:", "npm", "@herald/bgp", "bgp-ts-codec", "package.json"],
    why: "commands may import all and are imported by main only",
  },
  { from: "src/main.ts", may: ["src/", "node:", "npm", "@herald/bgp"], why: "the composition root may import all" },
  { from: "e2e/", may: ["node:", "yaml", "tap"], why: "e2e is black box: only its own lab" },
  {
    from: "config/",
    may: ["src/api/", "zod", "yaml", "node:fs", "node:path"],
    why: "definitions are made from the kinds; no agent imports them",
  },
];

/** No file may import these: they are the roots. */
const ROOTS = ["src/main.ts", "src/cli/"];

const root = join(import.meta.dirname, "..");

interface Edge {
  readonly file: string;
  /** A path from the repository's root, a package name, or "node:x". */
  readonly target: string;
  readonly typeOnly: boolean;
}

const IMPORT = /^\s*(?:import|export)\s+(type\s+)?(?:[^"';]*?\sfrom\s+)?"([^"\s${}]+)"|\bimport\(\s*"([^"$]+)"\s*\)/gm;

function edgesOf(file: string, text: string): Edge[] {
  return Array.from(text.matchAll(IMPORT), (match) => {
    const specifier = match[2] ?? match[3] ?? "";
    const target = specifier.startsWith(".") ? normalize(join(dirname(file), specifier)) : specifier;
    return { file, target, typeOnly: match[1] !== undefined };
  });
}

const PACKAGES = ["bgp-ts-codec", "@herald/bgp", "@herald/bfd"];

function allows(pattern: string, target: string): boolean {
  if (pattern === "npm") {
    return !target.startsWith("node:") && !PACKAGES.includes(target) && !/\.(ts|json)$/.test(target);
  }
  return (
    target === pattern || target.startsWith(pattern.endsWith("/") || pattern === "node:" ? pattern : `${pattern}/`)
  );
}

/** The sentence that explains a forbidden edge, or undefined. */
function violation(edge: Edge): string | undefined {
  const rule = RULES.find(({ from }) => edge.file.startsWith(from));
  if (rule === undefined) return `${edge.file} is in no room that test/boundaries.test.ts knows`;
  const { file, target, typeOnly } = edge;
  if (ROOTS.some((r) => target.startsWith(r) && !file.startsWith("src/main.ts") && !file.startsWith("src/cli/"))) {
    return `${file} → ${target}: main and cli are imported by none`;
  }
  const allowed = [rule.from, ...rule.may, ...(typeOnly ? (rule.types ?? []) : [])];
  if (allowed.some((pattern) => allows(pattern, target))) return undefined;
  return `${file} → ${target}${typeOnly ? " (types)" : ""}: ${rule.from} may import ${rule.may.join(", ") || "nothing"}; ${rule.why}`;
}

const files = globSync("{bgp,bfd,src,e2e,config}/**/*.ts", {
  cwd: root,
  exclude: (p) => p.includes("node_modules"),
}).sort();
const edges = files.flatMap((file) => edgesOf(file, readFileSync(join(root, file), "utf8")));

t.test("every import keeps to the table of who may import whom", (t) => {
  t.same(
    edges.map(violation).filter((v) => v !== undefined),
    [],
  );
  t.end();
});

t.test("the test itself sees a forbidden edge", (t) => {
  const bad = edgesOf("bgp/codec/x.ts", 'import { readFile } from "node:fs";\nimport type { Log } from "../ports.ts";');
  t.equal(bad.length, 2);
  t.match(violation(bad[0] as Edge), /bgp\/codec\/x\.ts → node:fs: bgp\/codec\/ may import nothing/);
  t.match(violation(bad[1] as Edge), /bgp\/ports\.ts/);
  t.match(violation({ file: "src/plan/x.ts", target: "src/cli/run.ts", typeOnly: true }), /imported by none/);
  t.end();
});

t.test("there are no import cycles, of types neither", (t) => {
  const graph = new Map<string, string[]>();
  for (const { file, target } of edges) {
    if (target.endsWith(".ts")) graph.set(file, [...(graph.get(file) ?? []), target]);
  }
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      cycles.push([...path.slice(path.indexOf(file)), file].join(" → "));
      return;
    }
    if (done.has(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  t.same(cycles, []);
  t.end();
});

t.test("only src/net touches sockets, child processes and syscalls", (t) => {
  const forbidden =
    /^(?:node:(?:net|dgram|tls|child_process|worker_threads|fs|fs\/promises|http|https|http2)|koffi|@kubernetes\/.*)$/;
  const allowed = /^(?:src\/net\/|src\/main\.ts|src\/cli\/|bgp\/examples\/|e2e\/|config\/)/;
  t.same(
    edges
      .filter((edge) => forbidden.test(edge.target) && !allowed.test(edge.file))
      .map((e) => `${e.file} → ${e.target}`),
    [],
  );
  t.end();
});
