/** Writes the definitions of the custom resources to config/crd, and everything to deploy/manifests; `make manifests` runs it. */
import { globSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { definitionFiles } from "./generator/definitions.ts";
import { manifest } from "./generator/manifest.ts";

const folder = join(import.meta.dirname, "crd");
const files = definitionFiles();
mkdirSync(folder, { recursive: true });
for (const name of globSync("*.yaml", { cwd: folder })) if (!files.has(name)) rmSync(join(folder, name));
for (const [name, text] of files) writeFileSync(join(folder, name), text);
console.log(`config/crd: ${files.size} definitions`);

const manifests = join(import.meta.dirname, "../deploy/manifests");
mkdirSync(manifests, { recursive: true });
writeFileSync(join(manifests, "herald.yaml"), manifest(files.values()));
console.log("deploy/manifests/herald.yaml");
