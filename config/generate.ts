/** Writes the definitions of the custom resources to config/crd; `make manifests` runs it. */
import { globSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { definitionFiles } from "./generator/definitions.ts";

const folder = join(import.meta.dirname, "crd");
const files = definitionFiles();
mkdirSync(folder, { recursive: true });
for (const name of globSync("*.yaml", { cwd: folder })) if (!files.has(name)) rmSync(join(folder, name));
for (const [name, text] of files) writeFileSync(join(folder, name), text);
console.log(`config/crd: ${files.size} definitions`);
