import { execFileSync } from "node:child_process";
import { join } from "node:path";
import t from "tap";
import { networkNamespace } from "../../../src/net/network-namespace.ts";

const FILE = join(import.meta.dirname, "../../../src/net/network-namespace.ts");
const ASK = `import(${JSON.stringify(FILE)}).then(({ networkNamespace }) => console.log(networkNamespace()))`;

t.test("it is the same for every process in it", { skip: networkNamespace() === undefined }, (t) => {
  t.match(networkNamespace(), /^\d+$/);
  t.equal(execFileSync(process.execPath, ["-e", ASK], { encoding: "utf8" }).trim(), networkNamespace());
  t.end();
});

function inOther(): string {
  return execFileSync("unshare", ["-n", process.execPath, "-e", ASK], { encoding: "utf8" }).trim();
}

const skip = process.getuid?.() === 0 ? false : "needs root: namespaces";
t.test("and another one in each other namespace, also in one that was made anew", { skip }, (t) => {
  t.equal(new Set([networkNamespace(), inOther(), inOther()]).size, 3);
  t.end();
});
