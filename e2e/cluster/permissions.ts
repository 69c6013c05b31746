/** What the roles of config/rbac allow. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";

const ROOT = join(import.meta.dirname, "..", "..");

interface Role {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules?: readonly {
    readonly apiGroups: readonly string[];
    readonly resources: readonly string[];
    readonly resourceNames?: readonly string[];
    readonly verbs: readonly string[];
  }[];
}

/** "verb group/resource", and the name where the rule says one. */
export function permissions(account: string): string[] {
  const roles = globSync("config/rbac/*.yaml", { cwd: ROOT })
    .flatMap((file) => parseAllDocuments(readFileSync(join(ROOT, file), "utf8")))
    .map((document) => document.toJS() as Role);
  return roles
    .filter(({ kind, metadata }) => kind.endsWith("Role") && metadata.name === account)
    .flatMap(({ rules = [] }) => rules)
    .flatMap(({ apiGroups, resources, resourceNames, verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          verbs.flatMap((verb) =>
            (resourceNames ?? [""]).map((name) => `${verb} ${group}/${resource}${name === "" ? "" : ` ${name}`}`),
          ),
        ),
      ),
    );
}
