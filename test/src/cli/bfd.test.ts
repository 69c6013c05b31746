/** `herald bfd`: the BFD sessions of a running agent, asked. */
import t from "tap";
import { runCli } from "../../../src/cli/program.ts";
import { Exit } from "../../../src/cli/system.ts";
import { agentRoutes } from "../../../src/http/index.ts";
import type { Observed } from "../../../src/observed.ts";
import { matchesGolden } from "../../support/golden.ts";
import { observed } from "../../support/observed.ts";
import { testSystem } from "../../support/test-system.ts";

async function ask(
  args: readonly string[],
  watch: () => Observed = observed,
  refresh?: () => Promise<void>,
): Promise<string> {
  let out = "";
  const system = { ...testSystem(), out: (text: string) => void (out += text) };
  Object.assign(system.routes, agentRoutes(watch, refresh));
  t.equal(await runCli(["bfd", ...args], system), Exit.Ok);
  return out;
}

t.test("peers and counters are as in the golden file", async (t) => {
  matchesGolden(t, "cli/bfd.txt", `${await ask(["peers"])}\n${await ask(["counters"])}`);
});

t.test("as JSON", async (t) => {
  t.match(JSON.parse(await ask(["peers", "-o", "json"])), [
    { peer: "tor-1", state: "Up", detectionTime: 150 },
    { peer: "tor-2", reason: /3784/ },
  ]);
  t.match(JSON.parse(await ask(["counters", "-o", "json"])), {
    peers: [{ peer: "tor-1", sent: 40, failures: 1 }, { peer: "tor-2" }],
    timers: { fired: 100, worst: 0.0072 },
  });
});

t.test("without BFD it says so", async (t) => {
  const { speaker: _speaker, ...rest } = observed();
  t.match(await ask(["peers"], () => rest), /No peer of this node has a BFD profile/);
  t.notMatch(await ask(["counters"], () => rest), /priority/);
});

t.test("counters are brought up to date before they are shown", async (t) => {
  let refreshed = 0;
  await ask(["counters"], observed, () => Promise.resolve(void refreshed++));
  t.equal(refreshed, 1);
});
