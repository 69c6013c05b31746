// The compile cache comes first: it spares every later start the stripping of types.
import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

enableCompileCache(join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "herald", "compile"));
// HERALD_BUNDLE names a folder made by `make bundle`: what releases and the image run.
const bundle = process.env.HERALD_BUNDLE;
await import(bundle ? pathToFileURL(resolve(bundle, "main.mjs")).href : "../src/main.ts");
