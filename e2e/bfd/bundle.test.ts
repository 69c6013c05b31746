/** The bundle has a file of its own for the BFD thread: what releases and the image run. */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import t from "tap";
import { Herald } from "../interop/herald.ts";
import { bfdProfile } from "../interop/manifests.ts";
import { isRoot, pair } from "../interop/pair.ts";
import { HTTP, inState } from "./states.ts";

const ROOT = join(import.meta.dirname, "..", "..");

if (isRoot(t)) {
  t.test("BFD runs from the bundle", async (t) => {
    mkdirSync(join(ROOT, "dist"), { recursive: true });
    // Inside the checkout: the bundle finds the packages it leaves out from there.
    const folder = mkdtempSync(join(ROOT, "dist", "e2e-"));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    execFileSync(process.execPath, [join(ROOT, "bin", "bundle.js"), folder]);
    process.env["HERALD_BUNDLE"] = folder;
    const { speaker, router } = await pair(t, "pair.clab.yml");
    await router.vtysh("configure terminal", "router bgp 64501", "neighbor 10.0.0.11 bfd");
    const peer = { name: "router", address: "10.0.0.1", spec: { bfdProfile: "default" } };
    const herald = new Herald(speaker, [peer], 1, { http: HTTP, manifests: [bfdProfile("default", {})] });
    t.match(await inState(herald, "router", "Up"), { detectionTime: 900 });
  });
}
