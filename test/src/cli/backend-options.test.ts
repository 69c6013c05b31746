import { Command } from "commander";
import t from "tap";
import { backendOf, backendOptions } from "../../../src/cli/backend-options.ts";
import type { BackendOptions } from "../../../src/cli/backend-options.ts";

function parsed(...args: readonly string[]): BackendOptions {
  return backendOptions(new Command()).exitOverride().parse(args, { from: "user" }).opts<BackendOptions>();
}

t.test("each node has its backend, the others the one for all", (t) => {
  const options = parsed("--backend", "frr", "--backend-for", "n1=native", "--backend-for", "n2=gobgp");
  t.same(
    ["n1", "n2", "n3"].map((node) => backendOf(options, node)),
    ["native", "gobgp", "frr"],
  );
  t.equal(backendOf(parsed(), "n1"), "native");
  t.end();
});
