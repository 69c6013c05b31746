/** The custom resource definitions of metallb.io, from the schemas by which the agent reads the kinds. */
import { stringify } from "yaml";
import * as z from "zod";
import { kinds } from "../../src/api/parse.ts";
import type { StructuralSchema } from "./structural.ts";
import { structuralSchema } from "./structural.ts";
import type { Column, Row } from "./table.ts";
import { TABLE } from "./table.ts";

const GROUP = "metallb.io";

type Version = (typeof kinds)[number];

export interface DefinitionVersion {
  readonly name: string;
  readonly served: true;
  readonly storage: boolean;
  readonly deprecated?: true;
  readonly deprecationWarning?: string;
  readonly additionalPrinterColumns?: readonly Column[];
  readonly schema: { readonly openAPIV3Schema: StructuralSchema };
  readonly subresources: { readonly status: Readonly<Record<string, never>> };
}

/** apiextensions.k8s.io/v1 CustomResourceDefinition, as far as it is written here. */
export interface Definition {
  readonly apiVersion: "apiextensions.k8s.io/v1";
  readonly kind: "CustomResourceDefinition";
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly group: string;
    readonly names: {
      readonly kind: string;
      readonly listKind: string;
      readonly plural: string;
      readonly singular: string;
    };
    readonly scope: "Namespaced";
    readonly conversion?: { readonly strategy: "None" };
    readonly versions: readonly DefinitionVersion[];
  };
}

/** One definition for each kind of the group. Throws where kinds and table do not match. */
export function definitions(): Definition[] {
  const versions = kinds.filter(({ group }) => group === GROUP);
  const unknown = versions.find(({ kind }) => !TABLE.some((row) => row.kind === kind));
  if (unknown !== undefined) throw new Error(`config/generator/table.ts has no row for ${unknown.kind}`);
  return TABLE.map((row) =>
    definitionOf(
      row,
      versions.filter(({ kind }) => kind === row.kind),
    ),
  );
}

/** The definitions as files: name and text. */
export function definitionFiles(): Map<string, string> {
  const note = "# Made by `make manifests` from the schemas under src/api/metallb: change those, not this file.\n";
  return new Map(
    definitions().map((definition) => [
      `${GROUP}_${definition.spec.names.plural}.yaml`,
      note + stringify(definition, { lineWidth: 0, aliasDuplicateObjects: false, version: "1.1" }),
    ]),
  );
}

function definitionOf(row: Row, versions: readonly Version[]): Definition {
  const { kind, plural } = row;
  const sorted = [...versions].sort((a, b) => (a.version < b.version ? -1 : 1));
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      names: { kind, listKind: `${kind}List`, plural, singular: kind.toLowerCase() },
      scope: "Namespaced",
      ...(sorted.length > 1 ? { conversion: { strategy: "None" } } : {}),
      versions: sorted.map((version) => versionOf(row, version)),
    },
  };
}

function versionOf(row: Row, version: Version): DefinitionVersion {
  const warning = row.deprecated?.[version.version];
  return {
    name: version.version,
    served: true,
    storage: warning === undefined,
    ...(warning === undefined ? {} : { deprecated: true, deprecationWarning: warning }),
    ...(row.columns.length === 0 ? {} : { additionalPrinterColumns: row.columns }),
    schema: { openAPIV3Schema: rootSchema(row, version, new Set(warning === undefined ? row.stored : [])) },
    subresources: { status: {} },
  };
}

/** `metadata` is the API server's business; what the schema says of `status` is only that it is not read. */
function rootSchema({ description }: Row, version: Version, stored: ReadonlySet<string>): StructuralSchema {
  const fields = version.schema instanceof z.ZodObject ? version.schema.shape : {};
  const written = z.object("spec" in fields ? { spec: fields["spec"] } : {});
  const { required, properties } = structuralSchema(written, "", stored);
  const status = structuralSchema(version.status ?? z.object({}), "status", stored);
  return {
    description,
    type: "object",
    ...(required === undefined ? {} : { required }),
    properties: {
      apiVersion: { description: "Group and version of this object.", type: "string" },
      kind: { description: "Kind of this object.", type: "string" },
      metadata: { type: "object" },
      ...properties,
      status: { description: "Written by the agent.", ...status },
    },
  };
}
