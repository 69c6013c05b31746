/** What the roles of config/rbac allow. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";

const ROOT = join(import.meta.dirname, "..", "..");

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

interface Role {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly rules?: readonly Rule[];
}

function rolesOf(account: string): readonly Role[] {
  return globSync("config/rbac/*.yaml", { cwd: ROOT })
    .flatMap((file) => parseAllDocuments(readFileSync(join(ROOT, file), "utf8")))
    .map((document) => document.toJS() as Role)
    .filter(({ kind, metadata }) => kind.endsWith("Role") && metadata.name === account);
}

/** One rule for each permission. */
function singles({ rules = [] }: Role): Rule[] {
  return rules.flatMap(({ apiGroups, resources, resourceNames, verbs }) =>
    apiGroups.flatMap((group) =>
      resources.flatMap((resource) =>
        verbs.flatMap((verb) => {
          const one = { apiGroups: [group], resources: [resource], verbs: [verb] };
          return resourceNames === undefined ? [one] : resourceNames.map((name) => ({ ...one, resourceNames: [name] }));
        }),
      ),
    ),
  );
}

function textOf({ verbs: [verb], apiGroups: [group], resources: [resource], resourceNames }: Rule): string {
  return [`${verb} ${group}/${resource}`, ...(resourceNames ?? [])].join(" ");
}

/** "verb group/resource", and the name where the rule says one. */
export function permissions(account: string): string[] {
  return rolesOf(account).flatMap(singles).map(textOf);
}

/** The roles of an account without some of its permissions. */
export function rolesWithout(account: string, taken: readonly string[]): Role[] {
  return rolesOf(account).map((role) => ({
    ...role,
    rules: singles(role).filter((rule) => !taken.includes(textOf(rule))),
  }));
}
