/** Raw objects for tests, and what becomes of them. */
import type { RawObject } from "../../src/model/object.ts";
import type { ApiObject } from "../../src/api/parse.ts";
import { parseObject } from "../../src/api/parse.ts";
import type { Compiled, CompileOptions } from "../../src/intent/compile.ts";
import { compile } from "../../src/intent/compile.ts";
import type { Problem } from "../../src/model/problem.ts";
import { formatProblem } from "../../src/model/problem.ts";

export interface Written {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

const CORE = new Set(["Service", "Secret", "Node", "Namespace", "Deployment"]);
const CLUSTER_SCOPED = new Set(["Node", "Namespace"]);

/** An object as a source would deliver it; what is not written is filled in: apiVersion, name "a", namespace. */
export function raw(written: Written, origin?: RawObject["origin"]): RawObject {
  const core = CORE.has(written.kind);
  const usual = written.kind === "BGPPeer" ? "metallb.io/v1beta2" : core ? "v1" : "metallb.io/v1beta1";
  const apiVersion = written.apiVersion ?? usual;
  const namespace = written.metadata?.namespace ?? (written.kind === "Service" ? "default" : "metallb-system");
  const name = written.metadata?.name ?? "a";
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  const ref = { group, kind: written.kind, namespace: CLUSTER_SCOPED.has(written.kind) ? "" : namespace, name };
  const value = { ...written, apiVersion, metadata: { name, namespace, ...written.metadata } };
  return { ref, apiVersion, value, ...(origin === undefined ? {} : { origin }) };
}

/** "error IPAddressPool metallb-system/a: …", as users read them. */
export function lines(problems: readonly Problem[]): string[] {
  return problems.map((problem) => `${problem.severity} ${formatProblem(problem)}`);
}

/** The object, which must be without problems. */
export function parsed(written: Written): ApiObject {
  const { object, problems } = parseObject(raw(written));
  if (object === undefined || problems.length > 0) throw new Error(lines(problems).join("\n"));
  return object;
}

/** Parses and compiles; the problems of both, as users read them. */
export function compiled(
  written: Iterable<Written>,
  options?: CompileOptions,
): Compiled & { readonly lines: string[] } {
  const results = [...written].map((each) => parseObject(raw(each)));
  const { config, problems } = compile(
    results.flatMap(({ object }) => (object === undefined ? [] : [object])),
    options,
  );
  const all = [...results.flatMap((result) => result.problems), ...problems];
  return { config, problems: all, lines: lines(all) };
}

export function pool(name: string, addresses: readonly unknown[], more: object = {}, metadata: object = {}): Written {
  return { kind: "IPAddressPool", metadata: { name, ...metadata }, spec: { addresses, ...more } };
}

export function peer(name: string, spec: object = {}, metadata: object = {}): Written {
  return {
    kind: "BGPPeer",
    metadata: { name, ...metadata },
    spec: { myASN: 64500, peerASN: 64501, peerAddress: "192.0.2.1", ...spec },
  };
}

export function advertisement(name: string, spec: object = {}, metadata: object = {}): Written {
  return { kind: "BGPAdvertisement", metadata: { name, ...metadata }, spec };
}
