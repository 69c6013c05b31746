/** The same behaviours, with the agent as one bundle: what releases and the image run. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { frr } from "./frr.ts";
import { interoperates } from "./suite.ts";

const ROOT = join(import.meta.dirname, "..", "..");
mkdirSync(join(ROOT, "dist"), { recursive: true });
// Inside the checkout: the bundle finds the packages it leaves out from there.
const folder = mkdtempSync(join(ROOT, "dist", "e2e-"));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));

execFileSync(process.execPath, [join(ROOT, "bin", "bundle.js"), folder]);
process.env["HERALD_BUNDLE"] = folder;
interoperates(frr);
