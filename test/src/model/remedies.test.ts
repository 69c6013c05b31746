import t from "tap";
import { EVENT_REMEDIES, REASON_REMEDIES } from "../../../src/model/remedies.ts";
import { matchesGolden } from "../../support/golden.ts";

const HEAD = `# Troubleshooting

Everything that Herald does not do has a reason, in the same words wherever it is told: in the events of the object (\`kubectl describe\`), in ConfigurationState
and ServiceBGPStatus, in the log, and by

\`\`\`
herald why NAMESPACE/NAME --kubeconfig FILE        # of a cluster: by what its API server has
herald why NAMESPACE/NAME                          # of the agent on this machine
herald status --kubeconfig FILE
kubectl get configurationstates -n metallb-system  # is the configuration valid, as each agent sees it
kubectl get configurationstate speaker-NODE -n metallb-system -o yaml   # and whether BFD is up with each peer (condition PEER/BFDUp)
kubectl get servicebgpstatuses -n metallb-system   # who announces what to whom, and whether they have it now
\`\`\`

This page says what to do about each. The codes stand in the log and in \`/status\`.

`;

function rows(remedies: Readonly<Record<string, string>>): string {
  return Object.entries(remedies)
    .map(([code, remedy]) => `| \`${code}\` | ${remedy} |\n`)
    .join("");
}

t.test("docs/troubleshooting.md says what to do about each reason", (t) => {
  const events = `## A Service has no address, or not what it asks for\n\n| Event | What to do |\n| --- | --- |\n${rows(EVENT_REMEDIES)}\n`;
  const reasons = `## A Service is not announced, or not everywhere\n\n| Reason | What to do |\n| --- | --- |\n${rows(REASON_REMEDIES)}`;
  matchesGolden(t, "../../docs/troubleshooting.md", `${HEAD}${events}${reasons}`);
  for (const remedy of Object.values({ ...EVENT_REMEDIES, ...REASON_REMEDIES })) t.match(remedy, /^[a-z]/);
  t.end();
});
