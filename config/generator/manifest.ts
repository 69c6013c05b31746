/** All that a cluster needs, in one file, in the order in which it can be applied. */
import { readFileSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, "..");

const HEADER = `# Herald: namespace, definitions, accounts, controller and speakers.
# Made from config/ by \`make manifests\`. Apply it with
#   kubectl apply --server-side -f herald.yaml
`;

const AFTER_DEFINITIONS = [
  "rbac/controller.yaml",
  "rbac/speaker.yaml",
  "agent/controller.yaml",
  "agent/speaker.yaml",
  "webhook/policy.yaml",
  "webhook/webhook.yaml",
];

function read(name: string): string {
  return readFileSync(join(folder, name), "utf8");
}

/** `definitions`: the texts of the custom resource definitions. */
export function manifest(definitions: Iterable<string>): string {
  const parts = [read("agent/namespace.yaml"), ...definitions, ...AFTER_DEFINITIONS.map(read)];
  return [HEADER, ...parts].join("---\n");
}
