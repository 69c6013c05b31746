/** Builds the lab's Kubernetes programs unless they are there, so that no test has to wait for them. */
import { kubeBinaries } from "./binaries.ts";

try {
  await kubeBinaries((sentence) => process.stdout.write(`${sentence}\n`));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
