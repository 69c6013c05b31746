/**
 * The controller: source → api → intent → allocate → status.
 * It hands out addresses and writes them to the Services' status; speakers read them there.
 */
import { Allocator } from "./allocate/index.ts";
import type { AllocatorOptions } from "./allocate/index.ts";
import type { Logger } from "./log/index.ts";
import { formatAddress, sameAddress } from "./model/address.ts";
import type { Address } from "./model/address.ts";
import type { Allocation, PoolUsage } from "./model/allocation.ts";
import { formatProblem } from "./model/problem.ts";
import { refOfService } from "./model/service.ts";
import type { ServiceView } from "./model/service.ts";
import type { ObjectEvent, StatusSink } from "./status/status.ts";
import type { Change, World } from "./world.ts";

export interface ControllerOptions {
  readonly world: World;
  readonly sink: StatusSink;
  readonly log: Logger;
  readonly allocator: AllocatorOptions;
  /** Runs a pass; a host that measures takes the time around it. */
  readonly timed?: (pass: () => void) => void;
}

export class Controller {
  readonly #options: ControllerOptions;
  readonly #allocator: Allocator;
  /** Services to decide about in the next pass. */
  readonly #dirty = new Set<string>();
  /** The deprecated annotations that were already reported, by Service. */
  readonly #deprecated = new Map<string, string>();
  /** The problems that were already reported. */
  #problems: ReadonlySet<string> = new Set();
  #leading = false;
  #configDirty = false;
  #problemsDirty = true;
  #passDue = false;
  #ready = false;

  constructor(options: ControllerOptions) {
    this.#options = options;
    this.#allocator = new Allocator(options.allocator);
  }

  /** True once the first pass over everything the source had is done; of one that does not decide, always. */
  get ready(): boolean {
    return this.#ready || !this.#leading;
  }

  /** The decision in force for a Service; undefined where none of ours was made. */
  allocation(service: string): Allocation | undefined {
    return this.#allocator.allocation(service);
  }

  /** How many Services have not all they ask for. */
  get waiting(): number {
    return this.#allocator.waiting().length;
  }

  usage(): readonly PoolUsage[] {
    return this.#allocator.usage();
  }

  /** From now on this controller is the one that decides. */
  lead(): void {
    this.#leading = true;
    this.#schedule();
  }

  /** From now on it decides nothing more: another controller may. */
  stop(): void {
    this.#leading = false;
  }

  /** Someone removed what was written about a Service, or about all of them: it is written again as it was decided. */
  restore(service?: string): void {
    if (!this.#leading || !this.#ready) return;
    for (const key of service === undefined ? this.#options.world.services.keys() : [service]) {
      const allocation = this.#allocator.allocation(key);
      if (allocation !== undefined && allocation.addresses.length > 0) this.#writeStatus(allocation, true);
    }
  }

  take(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.type === "service") this.#dirty.add(change.key);
      else if (change.type === "namespace" || change.type === "config") this.#configDirty = true;
      else if (change.type === "problems") this.#problemsDirty = true;
      else if (change.type !== "synced") continue;
      this.#schedule();
    }
  }

  /** One pass a turn. The first waits for `synced`: nothing is handed out while an existing assignment may be unread. */
  #schedule(): void {
    if (!this.#leading || !this.#options.world.synced || this.#passDue) return;
    this.#passDue = true;
    const { timed = (pass) => pass() } = this.#options;
    queueMicrotask(() => timed(() => this.#pass()));
  }

  #pass(): void {
    const { sink, world } = this.#options;
    this.#passDue = false;
    if (!this.#leading) return;
    if (!this.#ready) {
      this.#allocator.setPools(world.config.pools, world.namespaces.values());
      this.#write(this.#allocator.start(world.services.values()));
      sink.prune(new Set(world.services.keys()));
      this.#ready = true;
    } else {
      if (this.#configDirty) this.#write(this.#allocator.setPools(world.config.pools, world.namespaces.values()));
      for (const key of this.#dirty) this.#decide(key);
    }
    if (this.#configDirty || this.#problemsDirty) {
      sink.configuration("controller", undefined, world.problems);
      this.#tellProblems();
    }
    this.#configDirty = false;
    this.#problemsDirty = false;
    this.#dirty.clear();
    sink.poolUsage(this.#allocator.usage());
  }

  #decide(key: string): void {
    const service = this.#options.world.services.get(key);
    if (service !== undefined) {
      this.#write(this.#allocator.upsert(service));
      return;
    }
    this.#options.sink.forget(key);
    this.#deprecated.delete(key);
    this.#write(this.#allocator.remove(key));
  }

  #write(allocations: readonly Allocation[]): void {
    const { log, world } = this.#options;
    for (const allocation of allocations) {
      const { service, addresses, pending, events } = allocation;
      const view = world.services.get(service);
      if (view === undefined) continue;
      this.#writeStatus(allocation, !sameAddresses(view.ingress, addresses));
      if (events.length > 0) {
        const fields = { service, addresses: addresses.map(formatAddress) };
        if (pending === undefined) log.info("service addresses", fields);
        else log.warn("service waits", { ...fields, reason: pending });
      }
      for (const event of events) this.#tell(view, event);
      this.#tellDeprecated(view);
    }
  }

  #writeStatus({ service, addresses, pool }: Allocation, repair: boolean): void {
    this.#options.sink.serviceStatus({
      service,
      addresses,
      ...(pool === undefined ? {} : { pool }),
      ...(repair && { repair }),
    });
  }

  /** Each once, when it appears. What is wrong with a Service's request is told with what becomes of it. */
  #tellProblems(): void {
    const now = new Set<string>();
    for (const problem of this.#options.world.problems) {
      const { ref, severity } = problem;
      if (ref.kind === "Service" && severity === "error") continue;
      const message = formatProblem(problem);
      now.add(message);
      if (this.#problems.has(message)) continue;
      const reason = severity === "error" ? "ConfigurationError" : "ConfigurationWarning";
      this.#options.sink.event({ ref, component: "controller", type: "Warning", reason, message });
    }
    this.#problems = now;
  }

  #tell(view: ServiceView, event: Pick<ObjectEvent, "type" | "reason" | "message">): void {
    this.#options.sink.event({ ref: refOfService(view), component: "controller", ...event });
  }

  /** Once for each set of annotations, not on every look. */
  #tellDeprecated(view: ServiceView): void {
    const names = view.deprecatedAnnotations.join(", ");
    if ((this.#deprecated.get(view.key) ?? "") === names) return;
    this.#deprecated.set(view.key, names);
    if (names === "") return;
    const message = `${names}: the prefix metallb.universe.tf/ is deprecated; write metallb.io/ instead`;
    this.#tell(view, { type: "Warning", reason: "deprecatedAnnotation", message });
  }
}

function sameAddresses(a: readonly Address[], b: readonly Address[]): boolean {
  return a.length === b.length && a.every((one) => b.some((other) => sameAddress(one, other)));
}
