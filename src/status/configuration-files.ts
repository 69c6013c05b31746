/** ConfigurationState as files of a state folder: the verdict on the configuration, and what a speaker sees of its peers. */
import { parse } from "yaml";
import type { Problem } from "../model/problem.ts";
import { pathComponent } from "../net/state-folder.ts";
import { configurationCondition, datedConditions, verdictOf } from "./documents.ts";
import type { Component, Verdict } from "./documents.ts";
import { at } from "./kubernetes/answer.ts";
import type { PeerCondition } from "./status.ts";
import { configurationText } from "./texts.ts";

export interface ConfigurationFilesOptions {
  /** What a file holds; undefined: there is none. */
  readonly read: (path: string) => Promise<string | undefined>;
  readonly write: (path: string, text: string) => Promise<void>;
  /** Unix time in milliseconds. */
  readonly wall: () => number;
}

interface State {
  readonly component: Component;
  readonly node: string | undefined;
  verdict?: Verdict;
  peers: readonly PeerCondition[];
  /** As they are written, with their times; those of an earlier run first. */
  conditions: Promise<unknown>;
}

export class ConfigurationFiles {
  readonly #options: ConfigurationFilesOptions;
  readonly #states = new Map<string, State>();

  constructor(options: ConfigurationFilesOptions) {
    this.#options = options;
  }

  async verdict(component: Component, node: string | undefined, problems: readonly Problem[]): Promise<void> {
    const name = componentName(component, node);
    const state = this.#state(name, component, node);
    state.verdict = verdictOf(problems);
    await this.#write(name, state);
  }

  async peers(node: string, conditions: readonly PeerCondition[]): Promise<void> {
    const name = componentName("speaker", node);
    const state = this.#state(name, "speaker", node);
    state.peers = conditions;
    await this.#write(name, state);
  }

  #state(name: string, component: Component, node: string | undefined): State {
    const known = this.#states.get(name);
    if (known !== undefined) return known;
    const state: State = { component, node, peers: [], conditions: this.#read(name) };
    this.#states.set(name, state);
    return state;
  }

  async #read(name: string): Promise<unknown> {
    try {
      const object: unknown = parse((await this.#options.read(pathOf(name))) ?? "");
      return at(object, "status", "conditions");
    } catch {
      // It is written anew.
      return undefined;
    }
  }

  /** The time of a condition is that of its last change: an equal one leaves the file alone, across restarts too. */
  async #write(name: string, state: State): Promise<void> {
    const { component, node, verdict, peers } = state;
    if (verdict === undefined) return;
    const wanted = [configurationCondition(component, verdict), ...peers];
    const now = new Date(this.#options.wall()).toISOString();
    const dated = state.conditions.then((before) => datedConditions(wanted, before, now));
    state.conditions = dated;
    await this.#options.write(pathOf(name), configurationText(component, node, name, verdict, await dated));
  }
}

/** "controller", "speaker-n1": the name of the object. */
export function componentName(component: Component, node: string | undefined): string {
  return node === undefined ? component : `${component}-${pathComponent(node)}`;
}

function pathOf(name: string): string {
  return `configurationstates/${name}.yaml`;
}
