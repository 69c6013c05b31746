/** Reads a containerlab topology: the parts of its format that a lab of namespaces needs. */
import { readFileSync } from "node:fs";
import { dirname, isAbsolute, resolve } from "node:path";
import { parse } from "yaml";
import { splitWords } from "./words.ts";

export interface NodeSpec {
  readonly name: string;
  /** containerlab's kinds: "linux", "bridge" or "ovs-bridge". */
  readonly kind: string;
  readonly image: string;
  /** Host file → path inside the container. */
  readonly binds: ReadonlyMap<string, string>;
  /** Commands in words, run in the node in order. As under containerlab no shell reads them. */
  readonly exec: readonly (readonly string[])[];
  readonly env: Readonly<Record<string, string>>;
  readonly sysctls: Readonly<Record<string, string>>;
}

export interface LinkEnd {
  readonly node: string;
  readonly interface: string;
}

export interface Topology {
  readonly name: string;
  readonly nodes: readonly NodeSpec[];
  readonly links: readonly (readonly [LinkEnd, LinkEnd])[];
}

interface RawNode {
  readonly kind?: unknown;
  readonly image?: unknown;
  readonly binds?: unknown;
  readonly exec?: unknown;
  readonly env?: unknown;
  readonly sysctls?: unknown;
}

interface RawTopology {
  readonly defaults?: RawNode | null;
  readonly kinds?: Readonly<Record<string, RawNode | null>> | null;
  readonly nodes?: Readonly<Record<string, RawNode | null>> | null;
  readonly links?: readonly { readonly endpoints?: unknown }[] | null;
}

/** What containerlab and the kernel take as a name of a node or, for a bridge, of an interface. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
const INTERFACE_LENGTH = 15;
const KINDS = ["linux", "bridge", "ovs-bridge"];

function word(value: unknown, where: string): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== "string") throw new Error(`${where} must be a string`);
  return value;
}

function strings(value: unknown, where: string): string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw new Error(`${where} must be a list`);
  return value.map((item) => {
    if (typeof item !== "string") throw new Error(`${where} must be a list of strings`);
    return item;
  });
}

function texts(value: unknown, where: string): Record<string, string> {
  if (value === undefined || value === null) return {};
  if (typeof value !== "object" || Array.isArray(value)) throw new Error(`${where} must be a map`);
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]));
}

function linkEnd(text: string, where: string): LinkEnd {
  const [node, name, ...rest] = text.split(":");
  if (!node || !name || rest.length > 0) throw new Error(`${where}: "${text}" must be written node:interface`);
  if (name.length > INTERFACE_LENGTH) {
    throw new Error(`${where}: interface "${name}" has more than the kernel's ${INTERFACE_LENGTH} characters`);
  }
  return { node, interface: name };
}

function bind(text: string, where: string, file: string): readonly [string, string] {
  const [from, to] = text.split(":");
  if (!from || !to) throw new Error(`${where}: "${text}" must be written host-path:container-path`);
  return [isAbsolute(from) ? from : resolve(dirname(file), from), to];
}

/** containerlab's rule: the node's own word counts before its kind's, and that before the defaults; lists add up. */
function nodeSpec(name: string, topology: RawTopology, file: string): NodeSpec {
  const where = `${file}: topology.nodes.${name}`;
  if (!NAME.test(name)) throw new Error(`${where}: a name has letters, digits, "-" and "_" only`);
  const own = topology.nodes?.[name] ?? {};
  const defaults = topology.defaults ?? {};
  const kind = word(own.kind ?? defaults.kind, `${where}.kind`) ?? "linux";
  if (!KINDS.includes(kind)) throw new Error(`${where}.kind: "${kind}" must be one of ${KINDS.join(", ")}`);
  if (kind !== "linux" && name.length > INTERFACE_LENGTH) {
    throw new Error(`${where}: a bridge's name has at most ${INTERFACE_LENGTH} characters`);
  }
  const layers = [defaults, topology.kinds?.[kind] ?? {}, own];
  const list = (key: "binds" | "exec"): string[] => layers.flatMap((layer) => strings(layer[key], `${where}.${key}`));
  const map = (key: "env" | "sysctls"): Record<string, string> =>
    Object.assign({}, ...layers.map((layer) => texts(layer[key], `${where}.${key}`))) as Record<string, string>;
  return {
    name,
    kind,
    image: layers.map((layer) => word(layer.image, `${where}.image`)).findLast((image) => image !== undefined) ?? "",
    binds: new Map(list("binds").map((text) => bind(text, `${where}.binds`, file))),
    exec: list("exec").map(splitWords),
    env: map("env"),
    sysctls: map("sysctls"),
  };
}

/** `file` is named in errors; relative binds are resolved against its folder. */
export function parseTopology(text: string, file: string): Topology {
  const document = parse(text) as { name?: unknown; topology?: RawTopology | null } | null;
  const topology = document?.topology;
  if (typeof document?.name !== "string" || topology?.nodes === undefined || topology.nodes === null) {
    throw new Error(`${file}: a topology has a name and topology.nodes`);
  }
  const nodes = Object.keys(topology.nodes).map((name) => nodeSpec(name, topology, file));
  const known = new Set(nodes.map(({ name }) => name));
  const taken = new Set<string>();
  const links = (topology.links ?? []).map((link, index) => {
    const where = `${file}: topology.links[${index}]`;
    const [a, b, ...rest] = strings(link.endpoints, where).map((end) => linkEnd(end, where));
    if (a === undefined || b === undefined || rest.length > 0) throw new Error(`${where} must have two endpoints`);
    for (const end of [a, b]) {
      const text = `${end.node}:${end.interface}`;
      if (!known.has(end.node)) throw new Error(`${where} names the unknown node ${end.node}`);
      if (taken.has(text)) throw new Error(`${where}: ${text} is the end of another link already`);
      taken.add(text);
    }
    return [a, b] as const;
  });
  return { name: document.name, nodes, links };
}

export function readTopology(file: string): Topology {
  return parseTopology(readFileSync(file, "utf8"), file);
}
