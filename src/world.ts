/**
 * What is known so far: the objects of a source as values, and what each event changed.
 * Both roles read the same world; neither writes to it but through `apply`.
 */
import { parseObject } from "./api/parse.ts";
import type { ApiObject } from "./api/parse.ts";
import { compile } from "./intent/compile.ts";
import type { Compiled, CompileOptions } from "./intent/compile.ts";
import { endpointSliceView, namespaceView, nodeView, serviceView } from "./intent/views.ts";
import type { Config } from "./model/config.ts";
import { nameKey, refKey } from "./model/object.ts";
import type { ObjectRef, RawObject, SourceEvent } from "./model/object.ts";
import { formatProblem } from "./model/problem.ts";
import type { Problem } from "./model/problem.ts";
import type { EndpointSliceView, NamespaceView, NodeView, ServiceView } from "./model/service.ts";

/** What an event changed, by the stage that has to look again. */
export type Change =
  | { readonly type: "service"; readonly key: string }
  | { readonly type: "endpoints"; readonly service: string }
  | { readonly type: "node"; readonly name: string }
  | { readonly type: "namespace"; readonly name: string }
  | { readonly type: "config" }
  | { readonly type: "problems" }
  | { readonly type: "synced" };

/** A problem of a source that is not an object's, such as unreadable YAML. */
export interface SourceProblem {
  readonly text: string;
  readonly file: string;
  readonly line: number;
}

export class World {
  readonly services = new Map<string, ServiceView>();
  readonly nodes = new Map<string, NodeView>();
  readonly namespaces = new Map<string, NamespaceView>();
  readonly #slices = new Map<string, EndpointSliceView>();
  /** The same slices by their Service; a list is replaced, never changed. */
  readonly #byService = new Map<string, readonly EndpointSliceView[]>();
  readonly #configuration = new Map<string, ApiObject>();
  /** Problems of single objects, by object. */
  readonly #problems = new Map<string, readonly Problem[]>();
  /** Objects that mean something, though nothing of them is kept, or no more than a Service says of its namespace. */
  readonly #others = new Set<string>();
  /** Objects that were never without an error. */
  readonly #flawed = new Set<string>();
  readonly #sourceProblems = new Map<string, SourceProblem>();
  readonly #options: CompileOptions;
  #compiled: Compiled | undefined;
  #synced = false;
  #updates = 0;
  #updateErrors = 0;

  constructor(options: CompileOptions = {}) {
    this.#options = options;
  }

  get synced(): boolean {
    return this.#synced;
  }

  /** How many objects are known that mean something here. */
  get size(): number {
    const { services, nodes } = this;
    return services.size + nodes.size + this.#slices.size + this.#configuration.size + this.#others.size;
  }

  /** Changes of objects that a source told, and those of them that had an error. */
  get updates(): { readonly total: number; readonly errors: number } {
    return { total: this.#updates, errors: this.#updateErrors };
  }

  /** Whether any EndpointSlice is known. */
  get hasSlices(): boolean {
    return this.#slices.size > 0;
  }

  slicesOf(service: string): readonly EndpointSliceView[] {
    return this.#byService.get(service) ?? [];
  }

  /** The compiled configuration; compiled again only after a configuration object changed. */
  get config(): Config {
    return this.#compile().config;
  }

  /** All that is wrong now: of objects, of their combination, and of what the source could not read. */
  get problems(): readonly Problem[] {
    return [...[...this.#problems.values()].flat(), ...this.#compile().problems];
  }

  /** The BGPPeer of that name. */
  peer(name: string): ObjectRef | undefined {
    for (const { ref } of this.#configuration.values()) if (ref.kind === "BGPPeer" && ref.name === name) return ref;
    return undefined;
  }

  get sourceProblems(): readonly SourceProblem[] {
    return [...this.#sourceProblems.values()];
  }

  /**
   * What would be wrong that is not wrong now, if an object of the configuration were so, or were gone (undefined).
   * `namespace`: where such objects count.
   */
  consequences(ref: ObjectRef, raw: RawObject | undefined, namespace: string): readonly Problem[] {
    const { object, problems } = raw === undefined ? { problems: [] } : parseObject(raw);
    const objects = new Map(this.#configuration);
    if (object === undefined) objects.delete(refKey(ref));
    else objects.set(refKey(ref), object);
    const then = compile(objects.values(), { ...this.#options, namespace });
    const now = new Set([...(this.#problems.get(refKey(ref)) ?? []), ...this.#compile().problems].map(formatProblem));
    return [...problems, ...then.problems].filter((problem) => !now.has(formatProblem(problem)));
  }

  apply(event: SourceEvent): readonly Change[] {
    switch (event.type) {
      case "upsert":
        this.#updates += 1;
        return this.#upsert(event.object);
      case "delete":
        this.#updates += 1;
        return this.#delete(event.ref);
      case "problem":
        this.#updateErrors += 1;
        this.#sourceProblems.set(event.id, { text: event.text, ...event.origin });
        return [{ type: "problems" }];
      case "resolved":
        this.#sourceProblems.delete(event.id);
        return [{ type: "problems" }];
      case "synced":
        this.#synced = true;
        return [{ type: "synced" }];
    }
  }

  /**
   * A version with an error does not replace one without: the last good one stays in force and the problem says so,
   * until the object is mended or deleted. Of an object that never was better, what is good of it counts.
   */
  #upsert(raw: RawObject): readonly Change[] {
    const id = refKey(raw.ref);
    const { object, problems } = parseObject(raw);
    const broken = object === undefined || problems.some(({ severity }) => severity === "error");
    if (broken) this.#updateErrors += 1;
    if (broken && this.#holds(raw.ref) && !this.#flawed.has(id)) return this.#note(id, problems.map(lastGoodStays));
    if (object === undefined) return this.#note(id, problems);
    if (broken) this.#flawed.add(id);
    else this.#flawed.delete(id);
    const { changes, problems: more } = this.#place(object, id, raw.key ?? nameKey(raw.ref));
    return [...changes, ...this.#note(id, [...problems, ...more])];
  }

  #place(
    object: ApiObject,
    id: string,
    key: string,
  ): { readonly changes: readonly Change[]; readonly problems: readonly Problem[] } {
    switch (object.kind) {
      case "Service": {
        const { view: seen, problems } = serviceView(object);
        // One text in the view, in the map and in the source.
        const view = { ...seen, key: this.services.get(key)?.key ?? key };
        this.services.set(view.key, view);
        const changes: Change[] = [{ type: "service", key: view.key }];
        if (this.namespaces.has(view.namespace)) return { changes, problems };
        this.namespaces.set(view.namespace, bareNamespace(view.namespace));
        return { changes: [{ type: "namespace", name: view.namespace }, ...changes], problems };
      }
      case "EndpointSlice": {
        const { view, problems } = endpointSliceView(object);
        if (view === undefined) this.#others.add(id);
        else this.#others.delete(id);
        return { changes: this.#setSlice(key, view), problems };
      }
      case "Node": {
        const { view, problems } = nodeView(object);
        this.nodes.set(view.name, view);
        return { changes: [{ type: "node", name: view.name }], problems };
      }
      case "Namespace": {
        const { view, problems } = namespaceView(object);
        this.namespaces.set(view.name, view);
        this.#others.add(id);
        return { changes: [{ type: "namespace", name: view.name }], problems };
      }
      case "ConfigurationState":
      case "ServiceL2Status":
      case "ServiceBGPStatus":
        this.#others.add(id);
        return { changes: [], problems: [] };
      case "Secret":
      case "IPAddressPool":
      case "L2Advertisement":
      case "BGPAdvertisement":
      case "BFDProfile":
      case "Community":
      case "BGPPeer":
        this.#configuration.set(id, object);
        this.#compiled = undefined;
        return { changes: [{ type: "config" }], problems: [] };
    }
  }

  #delete(ref: ObjectRef): readonly Change[] {
    const id = refKey(ref);
    const noted = this.#note(id, []);
    this.#flawed.delete(id);
    this.#others.delete(id);
    const name = nameKey(ref);
    switch (ref.kind) {
      case "Service":
        return this.services.delete(name) ? [{ type: "service", key: name }, ...noted] : noted;
      case "EndpointSlice":
        return [...this.#setSlice(name, undefined), ...noted];
      case "Node":
        return this.nodes.delete(ref.name) ? [{ type: "node", name: ref.name }, ...noted] : noted;
      case "Namespace":
        this.namespaces.set(ref.name, bareNamespace(ref.name));
        return [{ type: "namespace", name: ref.name }, ...noted];
      default:
        if (!this.#configuration.delete(id)) return noted;
        this.#compiled = undefined;
        return [{ type: "config" }, ...noted];
    }
  }

  /** A slice may go, or be relabelled to another Service: then both look again. */
  #setSlice(key: string, slice: EndpointSliceView | undefined): readonly Change[] {
    const before = this.#slices.get(key);
    if (before !== undefined) {
      const others = this.slicesOf(before.service).filter((each) => each !== before);
      if (others.length === 0) this.#byService.delete(before.service);
      else this.#byService.set(before.service, others);
      this.#slices.delete(key);
    }
    if (slice !== undefined) {
      // One text for each name, in the views, in the maps and in the source.
      const others = this.slicesOf(slice.service);
      const service = this.services.get(slice.service)?.key ?? others[0]?.service ?? slice.service;
      const view = { ...slice, key: before?.key ?? key, service };
      this.#slices.set(view.key, view);
      this.#byService.set(service, others.length === 0 ? [view] : others.concat(view));
    }
    const services = new Set([before?.service, slice?.service].filter((service) => service !== undefined));
    return Array.from(services, (service) => ({ type: "endpoints", service }) as const);
  }

  #holds(ref: ObjectRef): boolean {
    switch (ref.kind) {
      case "Service":
        return this.services.has(nameKey(ref));
      case "EndpointSlice":
        return this.#slices.has(nameKey(ref));
      case "Node":
        return this.nodes.has(ref.name);
      case "Namespace":
        return this.namespaces.has(ref.name);
      default:
        return this.#configuration.has(refKey(ref));
    }
  }

  #note(id: string, problems: readonly Problem[]): readonly Change[] {
    const before = this.#problems.get(id);
    if (problems.length === 0) return this.#problems.delete(id) ? [{ type: "problems" }] : [];
    this.#problems.set(id, problems);
    return before === undefined || JSON.stringify(before) !== JSON.stringify(problems) ? [{ type: "problems" }] : [];
  }

  #compile(): Compiled {
    this.#compiled ??= compile(this.#configuration.values(), this.#options);
    return this.#compiled;
  }
}

/** A namespace that only its Services speak of, as in a folder without Namespace objects. */
function bareNamespace(name: string): NamespaceView {
  return { name, labels: { "kubernetes.io/metadata.name": name } };
}

function lastGoodStays(problem: Problem): Problem {
  if (problem.severity === "warning") return problem;
  return { ...problem, what: `${problem.what} (the last good version stays in force)` };
}
