/** What is running here, for whoever asks over HTTP. */
import type { Observed, ObservedApi, ObservedController, ObservedSpeaker } from "../observed.ts";
import { PassTimes } from "../pass-times.ts";
import { currentProblems } from "../problem-log.ts";
import type { WireTimes } from "../wire-times.ts";
import type { World } from "../world.ts";
import type { AgentOptions } from "./options.ts";
import type { Roles, System } from "./system.ts";
import { VERSION } from "./version.ts";

export class Watched {
  /** Set when they run. */
  controller: () => ObservedController | undefined = () => undefined;
  speaker: ObservedSpeaker | undefined;
  api: (() => ObservedApi) | undefined;
  wire: WireTimes | undefined;
  readonly #roles: Roles;
  readonly #options: AgentOptions;
  readonly #system: System;
  readonly #world: World;
  readonly #waiting: ReadonlyMap<string, () => boolean>;
  readonly #passes = new Map<string, PassTimes>();

  /** `waiting`: what has to be ready, by name. */
  constructor(
    roles: Roles,
    options: AgentOptions,
    system: System,
    world: World,
    waiting: ReadonlyMap<string, () => boolean>,
  ) {
    this.#roles = roles;
    this.#options = options;
    this.#system = system;
    this.#world = world;
    this.#waiting = waiting;
  }

  /** Takes the time of the passes of a role. */
  timed(role: string): (pass: () => void) => void {
    const times = new PassTimes(() => this.#system.now());
    this.#passes.set(role, times);
    return times.run;
  }

  /** Before `observe`, for whoever wants counters as they are now. */
  async refresh(): Promise<void> {
    await this.speaker?.refresh();
  }

  observe(): Observed {
    const { nodeName } = this.#options;
    const roles = Object.entries(this.#roles).filter(([, on]) => on);
    const waiting = [...this.#waiting].filter(([, ready]) => !ready());
    const controller = this.controller();
    return {
      version: VERSION,
      roles: roles.map(([name]) => name),
      ...(nodeName === undefined ? {} : { node: nodeName }),
      waiting: waiting.map(([name]) => name),
      world: this.#world,
      problems: this.#world.synced ? currentProblems(this.#world) : [],
      ...(controller === undefined ? {} : { controller }),
      ...(this.speaker === undefined ? {} : { speaker: this.speaker }),
      ...(this.api === undefined ? {} : { api: this.api() }),
      ...(this.wire === undefined ? {} : { wire: this.wire.counts }),
      passes: new Map(Array.from(this.#passes, ([role, times]) => [role, times.counts])),
      process: this.#system.process(),
    };
  }
}
