import { join } from "node:path";
import t from "tap";
import type { Test } from "tap";
import { run } from "../command.ts";
import { PROGRAMS } from "./binaries.ts";

const ASK = `
import { kubeBinaries } from "${join(import.meta.dirname, "binaries.ts")}";
process.stdout.write((await kubeBinaries().catch(({ message }) => ({ folder: message }))).folder);
`;

function files(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, ""]));
}

/** The folder, or the sentence of the error, where the folders `bin` and `some` have those programs. */
async function ask(t: Test, some: readonly string[], env: (folder: string) => Record<string, string>): Promise<string> {
  const folder = t.testdir({ "ask.ts": ASK, bin: files(PROGRAMS), some: files(some), empty: {} });
  const { stdout } = await run(process.execPath, [join(folder, "ask.ts")], { env: env(folder) });
  return stdout.replaceAll(folder, "");
}

t.test("KUBEBUILDER_ASSETS names a folder of ready programs", async (t) => {
  t.equal(await ask(t, [], (folder) => ({ KUBEBUILDER_ASSETS: `${folder}/bin` })), "/bin");
});

t.test("a folder that lacks some programs is refused by their names", async (t) => {
  t.equal(
    await ask(t, ["etcd", "kube-apiserver", "kubectl"], (folder) => ({ KUBEBUILDER_ASSETS: `${folder}/some` })),
    "KUBEBUILDER_ASSETS names /some, which lacks kube-controller-manager, kube-scheduler, kube-proxy.",
  );
});

t.test("without Go and without programs, one sentence says what to install", async (t) => {
  t.equal(
    await ask(t, [], (folder) => ({
      KUBEBUILDER_ASSETS: "",
      XDG_CACHE_HOME: `${folder}/empty`,
      PATH: `${folder}/empty`,
    })),
    "The cluster lab builds Kubernetes itself: install Go 1.26 or newer, " +
      "or let KUBEBUILDER_ASSETS name a folder that has etcd, kube-apiserver, kube-controller-manager, " +
      "kube-scheduler, kube-proxy, kubectl.",
  );
});
