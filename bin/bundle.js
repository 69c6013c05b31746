// Bundles the agent into a folder (dist/ unless named), from the same source that bin/herald runs.
import { build } from "esbuild";
import { join } from "node:path";

const root = join(import.meta.dirname, "..");
await build({
  entryPoints: { main: join(root, "src/main.ts"), "net/bfd/worker": join(root, "src/net/bfd/worker.ts") },
  outdir: process.argv[2] ?? join(root, "dist"),
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true,
  platform: "node",
  format: "esm",
  target: "node24",
  // It finds its native part beside itself.
  external: ["koffi"],
  // Packages in the older module format ask for `require`.
  banner: {
    js: 'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);',
  },
});
