import t from "tap";
import { parseFile } from "../../../../src/source/directory/parse.ts";

const NAMED = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\n";

function problems(text: string, name = "a.yaml"): string[] {
  return parseFile(name, text).problems.map((problem) => `${problem.line}: ${problem.text}`);
}

function objects(text: string, name = "a.yaml"): string[] {
  return parseFile(name, text).objects.map(
    ({ ref, line }) => `${line}: ${ref.group}/${ref.kind} ${ref.namespace}/${ref.name}`,
  );
}

const BROKEN: readonly (readonly [string, string, string])[] = [
  ["a key twice", `${NAMED}kind: Pod\n`, "4: Service: the key kind is written twice; keep one"],
  [
    "a key twice, deeper",
    "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  a: 1\n  a: 2\n",
    "7: Service web: the key a is written twice; keep one",
  ],
  ["a tab", "kind: Service\nmetadata:\n\tname: web\n", "3: Service web: a tab indents this line; indent with spaces"],
  [
    "wrong indentation",
    "kind: Service\nspec:\n  a: 1\n b: 2\n",
    "4: Service: this line is indented unlike the lines it belongs to; align it with them",
  ],
  [
    "a second colon",
    "kind: Service\nnote: a: b\n",
    '2: Service: there is a second ": " in this line; put a text that contains one in quotes',
  ],
  [
    "a line without a colon",
    "kind: Service\nspec\nmetadata: {}\n",
    '2: Service: this line has no ":" after its key; add it, or indent the line if it continues the one above',
  ],
  [
    "a reserved character",
    "kind: Service\nat: @x\n",
    "2: Service: a plain text cannot begin with this character; put it in quotes",
  ],
  ["an open quote", 'kind: Service\nat: "x\n', '3: Service: Missing closing "quote'],
  [
    "an alias to nothing",
    `${NAMED}spec: *none\n`,
    "1: Service: an alias (*) refers to an anchor that is not set before it; set it with &, or put the text in quotes if it is none",
  ],
  [
    "an alias to itself",
    `${NAMED}spec: &a [*a]\n`,
    "1: Service: it is nested more than 100 deep, or an anchor contains an alias to itself",
  ],
  [
    "a billion laughs",
    `a: &a [x,x,x,x,x,x,x,x,x,x]\n${"bcdefgh".replaceAll(/./g, (c) => {
      const before = String.fromCharCode(c.charCodeAt(0) - 1);
      return `${c}: &${c} [${Array(10).fill(`*${before}`).join(",")}]\n`;
    })}${NAMED}`,
    "1: Service: its aliases expand to more than 1000 values; write the values out",
  ],
  ["nested beyond the stack", "[".repeat(100_000), "1: it is nested too deeply to be read"],
  ["a text", "hello\n", "1: the document is not an object; write apiVersion, kind and metadata at its top level"],
  ["a list", "- a\n", "1: the document is not an object; write apiVersion, kind and metadata at its top level"],
  [
    "no apiVersion",
    "kind: Service\nmetadata: {name: web}\n",
    "1: Service web: apiVersion is missing; write one, such as v1 or metallb.io/v1beta1",
  ],
  [
    "apiVersion a number",
    "apiVersion: 1\nkind: Service\n",
    "1: Service: apiVersion is not text; write one, such as v1 or metallb.io/v1beta1",
  ],
  [
    "no kind",
    "apiVersion: v1\nmetadata: {name: web}\n",
    '1: object "web": kind is missing; write one, such as Service or IPAddressPool',
  ],
  ["nothing at all", "{}\n", "1: document: apiVersion is missing; write one, such as v1 or metallb.io/v1beta1"],
  ["no metadata", "apiVersion: v1\nkind: Service\n", "1: Service: metadata is missing; write one with a name"],
  [
    "metadata a list",
    "apiVersion: v1\nkind: Service\nmetadata: []\n",
    "1: Service: metadata is not a mapping; write one with a name",
  ],
  [
    "no name",
    "apiVersion: v1\nkind: Service\nmetadata: {}\n",
    "1: Service: metadata.name is missing; give the object one",
  ],
  [
    "a name that is a number",
    "apiVersion: v1\nkind: Service\nmetadata: {name: 7}\n",
    "1: Service: metadata.name is not text; write it in quotes",
  ],
  [
    "a namespace that is a number",
    "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: 7}\n",
    "1: Service web: metadata.namespace is not text; write it in quotes",
  ],
  [
    "JSON nested deeply",
    `{"a":${"[".repeat(100)}${"]".repeat(100)}}`,
    "1: it is nested more than 100 deep, or an anchor contains an alias to itself",
  ],
  ["JSON cut short", '{"apiVersion": "v1",\n"kind": "Service"', "2: Service: Flow map must end with a }"],
];

t.test("what is wrong is said with its line, and the object where it can be known", (t) => {
  for (const [name, text, expected] of BROKEN)
    t.same(problems(text, name.startsWith("JSON") ? "a.json" : "a.yaml"), [expected], name);
  t.end();
});

t.test("a broken document hurts no other of its file", (t) => {
  const text = `${NAMED}---\nkind: [\n---\n${NAMED.replace("web", "db")}`;
  t.same(objects(text), ["1: /Service default/web", "7: /Service default/db"]);
  t.equal(problems(text).length, 1);
  t.end();
});

t.test("what is written in a broken document is never repeated", (t) => {
  for (const text of [
    'kind: Secret\nstringData: {password: "hunter2" hunter2}\n',
    "kind: Secret\nstringData:\n  password: @hunter2\n",
    "- kind: Secret\nhunter2: hunter2\n",
    "kind: Secret\npassword: 'hunter2' hunter2: x\n",
  ]) {
    t.ok(problems(text).length > 0);
    t.notMatch(problems(text).join(), /hunter2/);
  }
  t.end();
});

t.test("documents, lists and typed lists are told apart with their lines", (t) => {
  const list = `# comment\n---\napiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Node\n  metadata: {name: n1}\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: p, namespace: x}\n`;
  t.same(objects(list), ["6: /Node /n1", "9: /Pod x/p"]);
  t.same(objects("apiVersion: v1\nkind: NodeList\nitems:\n- metadata: {name: n1}\n"), ["4: /Node /n1"]);
  t.same(objects('{"apiVersion":"v1","kind":"ServiceList","items":[{"metadata":{"name":"a"}}]}', "a.json"), [
    "1: /Service default/a",
  ]);
  t.same(objects("%YAML 1.2\n---\napiVersion: metallb.io/v1beta1\nkind: BGPPeer\nmetadata: {name: a}\n...\n"), [
    "3: metallb.io/BGPPeer default/a",
  ]);
  t.same(objects("---\n---\n# nothing\n---\nnull\n"), []);
  t.same(objects(`--- # first\n${NAMED}--- \n${NAMED.replace("web", "db")}`), [
    "2: /Service default/web",
    "6: /Service default/db",
  ]);
  t.end();
});

t.test("a marker within a block of text does not split a document", (t) => {
  const text = `${NAMED}note: |\n  one\n  ---\n  two\n`;
  t.same(objects(text), ["1: /Service default/web"]);
  t.match(parseFile("a.yaml", text).objects[0]?.value, { note: "one\n---\ntwo\n" });
  t.end();
});

t.test("the namespace is filled in as an API server does, and none for kinds without one", (t) => {
  t.match(parseFile("a.yaml", NAMED).objects[0]?.value, { metadata: { name: "web", namespace: "default" } });
  const eip = "apiVersion: network.kubesphere.io/v1alpha2\nkind: Eip\nmetadata: {name: e, namespace: odd}\n";
  t.same(objects(eip), ["1: network.kubesphere.io/Eip /e"]);
  t.end();
});

t.test("merge keys and anchors work", (t) => {
  const text = `${NAMED}base: &base {a: 1}\nspec:\n  <<: *base\n  b: 2\n`;
  t.match(parseFile("a.yaml", text).objects[0]?.value, { spec: { a: 1, b: 2 } });
  t.end();
});

t.test("documents whose text is the same are not parsed again", (t) => {
  const first = parseFile("a.yaml", `${NAMED}---\n${NAMED.replace("web", "db")}`);
  const second = parseFile(
    "a.yaml",
    `${NAMED}---\n${NAMED.replace("web", "dc")}---\n${NAMED.replace("web", "db")}`,
    first,
  );
  t.equal(second.objects[0]?.value, first.objects[0]?.value);
  t.not(second.objects[1]?.value, first.objects[1]?.value);
  t.same(
    second.objects.map(({ line }) => line),
    [1, 5, 9],
  );
  t.end();
});
