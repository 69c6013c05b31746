/** `herald plan`: what Herald would do with manifests, or what a change to them would do. */
import { stringify } from "yaml";
import { differences } from "./diff.ts";
import { planOffline } from "./offline.ts";
import type { PlanReport } from "./offline.ts";
import type { PlanArguments } from "./options.ts";
import { readOnce } from "./read.ts";
import { renderDifferences, renderReport } from "./render.ts";
import { Exit, UsageError } from "./system.ts";
import type { System } from "./system.ts";

export async function runPlan(options: PlanArguments, system: System): Promise<Exit> {
  const supports = await system.features(options.backend);
  const { lbClass, ignoreExcludeLb: ignoreExcludeLabel } = options;
  const planOptions = {
    supports,
    ignoreExcludeLabel,
    ...(lbClass === undefined ? {} : { loadBalancerClass: lbClass }),
  };
  const report = async (path: string): Promise<PlanReport> => planOffline(await readOnce(path, system), planOptions);

  if (options.diff === undefined) {
    if (options.file === undefined) throw new UsageError("plan needs -f PATH, or --diff OLD NEW");
    const planned = await report(options.file);
    system.out(print(planned, options.output, renderReport));
    return exitOf(planned);
  }
  const [older, newer, ...more] = options.diff;
  if (older === undefined || newer === undefined || more.length > 0) {
    throw new UsageError("--diff needs two paths: the manifests as they were and as they are to be");
  }
  const after = await report(newer);
  system.out(print(differences(await report(older), after), options.output, renderDifferences));
  return exitOf(after);
}

function print<T>(value: T, format: PlanArguments["output"], render: (value: T) => string): string {
  switch (format) {
    case "table":
      return render(value);
    case "json":
      return `${JSON.stringify(value, undefined, 2)}\n`;
    case "yaml":
      return stringify(value);
  }
}

/** What is asked for and does not work: an object with an error, a Service without an address. */
function exitOf({ addresses, problems }: PlanReport): Exit {
  const broken = problems.some(({ severity }) => severity === "error");
  const waiting = addresses.some((row) => row.addresses.length === 0);
  return broken || waiting ? Exit.Problems : Exit.Ok;
}
