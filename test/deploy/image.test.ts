/** No engine builds the image here: what can be said of deploy/Dockerfile without one. e2e/cluster/image.test.ts runs what it comes to. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { parseAllDocuments } from "yaml";
import { copies, dockerfile, entryPoint, environment } from "../../e2e/cluster/dockerfile.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const PACKAGE = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as {
  readonly version: string;
  readonly workspaces: readonly string[];
  readonly devDependencies: Readonly<Record<string, string>>;
};
const [build, image, ...others] = dockerfile();

function step(what: string): string {
  const steps = image?.steps.filter((each) => each.what === what) ?? [];
  return steps.map(({ words }) => words.join(" ")).join(" ");
}

function read(name: string): string {
  return readFileSync(join(ROOT, name), "utf8");
}

t.test("both stages are of the Node.js that the lock file pins, and no registry is named", (t) => {
  t.same(others, []);
  for (const stage of [build, image]) {
    t.equal(stage?.from, `node:${PACKAGE.devDependencies["node"]}-trixie-slim`);
  }
  t.end();
});

t.test("what is copied is there, and let through by .dockerignore", (t) => {
  const allowed = read(".dockerignore")
    .split("\n")
    .filter((line) => line.startsWith("!"))
    .map((line) => line.slice(1));
  const sources = [build, image].flatMap((stage) => (stage === undefined ? [] : copies(stage)));
  for (const { from, sources: names } of sources) {
    if (from !== undefined) continue;
    for (const name of names) {
      t.ok(existsSync(join(ROOT, name)), name);
      t.ok(allowed.includes(name.split("/")[0] ?? ""), `.dockerignore: ${name}`);
    }
  }
  const manifests = sources.flatMap(({ sources: names }) => names).filter((name) => name.endsWith("package.json"));
  const workspaces = PACKAGE.workspaces.map((name) => `${name}/package.json`);
  t.same(manifests.sort(), ["package.json", ...workspaces].sort(), "npm ci finds each package of the lock file");
  t.end();
});

t.test("what comes from the build stage is made there, and what runs is the bundle's entry", (t) => {
  const made = build?.steps.filter(({ what }) => what === "RUN").map(({ words }) => words.join(" "));
  t.match(made?.at(-1), /^node bin\/bundle\.js \/app$/);
  const taken =
    image === undefined ? [] : copies(image).flatMap(({ from, sources }) => (from === undefined ? [] : sources));
  for (const path of taken) {
    if (path === "/app") continue;
    t.ok(existsSync(join(ROOT, path.replace("/src/", ""))), path);
  }
  t.match(read("bin/bundle.js"), /entryPoints: \{ main: /, "which makes main.mjs");
  t.equal(entryPoint().at(-1), "/app/main.mjs");
  const flags = entryPoint().slice(1, -1);
  for (const flag of flags) t.ok(read("bin/herald").includes(flag), `bin/herald runs with ${flag} too`);
  for (const variable of environment()) {
    const [name = "", value = ""] = variable.split("=");
    t.match(read("bin/herald"), `export ${name}="\${${name}:-${value}}"`, `bin/herald sets ${name} too`);
  }
  t.end();
});

t.test("it runs as nobody unless told otherwise, says what it is, and is what the manifests name", (t) => {
  t.equal(step("USER"), "65534:65534");
  for (const label of ["title", "description", "licenses", "version"]) {
    t.match(step("LABEL"), `org.opencontainers.image.${label}=`);
  }
  t.equal(step("ARG"), `VERSION=${PACKAGE.version}`);
  const images = parseAllDocuments(read("deploy/manifests/herald.yaml")).flatMap((document) => {
    const object = document.toJS() as { readonly kind: string; readonly spec?: { readonly template?: unknown } };
    return ["Deployment", "DaemonSet"].includes(object.kind) ? [JSON.stringify(object.spec?.template)] : [];
  });
  t.equal(images.length, 2);
  for (const text of images) t.match(text, `"image":"herald:${PACKAGE.version}"`);
  t.end();
});
