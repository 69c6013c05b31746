/** ConfigurationState: the verdict of one component on the whole configuration, as one object that is made where it is missing. */
import type { Problem } from "../../model/problem.ts";
import type { ApiClient } from "../../net/kubernetes/client.ts";
import { configurationCondition, configurationLabels, datedConditions, verdictOf } from "../documents.ts";
import type { Component, Verdict } from "../documents.ts";
import type { PeerCondition } from "../status.ts";
import { at, textAt } from "./answer.ts";
import { ownedByNode } from "./owner.ts";
import { FIELD_MANAGER, MERGE_PATCH, metallbPath, timeText, unlessGone } from "./requests.ts";

const PLURAL = "configurationstates";
/** Of a condition's message; the summary is cut there too. */
const MAX_TEXT = 32_768;

interface Wanted {
  readonly component: Component;
  readonly node: string | undefined;
  readonly verdict: Verdict;
}

/** What an object says. */
interface Said {
  /** All but the times. */
  readonly text: string;
  /** As the object has them. */
  readonly conditions: unknown;
}

const NEW: Said = { text: "", conditions: undefined };

export interface ConfigurationStateOptions {
  readonly client: ApiClient;
  readonly namespace: string;
  readonly uidOfNode: (node: string) => string | undefined;
  /** Unix time in milliseconds. */
  readonly wall: () => number;
}

export class ConfigurationStates {
  readonly #options: ConfigurationStateOptions;
  readonly #wanted = new Map<string, Wanted>();
  readonly #peers = new Map<string, readonly PeerCondition[]>();
  readonly #said = new Map<string, Said>();

  constructor(options: ConfigurationStateOptions) {
    this.#options = options;
  }

  /** The name by which to write it. */
  want(component: Component, node: string | undefined, problems: readonly Problem[]): string {
    const name = nameOf(component, node);
    this.#wanted.set(name, { component, node, verdict: verdictOf(problems) });
    return name;
  }

  /** The name by which to write it, once there is a verdict. */
  wantPeers(node: string, conditions: readonly PeerCondition[]): string {
    const name = nameOf("speaker", node);
    this.#peers.set(name, conditions);
    return name;
  }

  /** Somebody may have deleted or changed them: the next write looks first. */
  doubt(): readonly string[] {
    this.#said.clear();
    return [...this.#wanted.keys()];
  }

  async write(name: string): Promise<void> {
    const wanted = this.#wanted.get(name);
    if (wanted === undefined) return;
    const before = this.#said.get(name) ?? (await this.#read(name)) ?? (await this.#create(name, wanted));
    this.#said.set(name, before);
    const { component, verdict } = wanted;
    const { result } = verdict;
    const message = [...verdict.errors, ...verdict.warnings].join("\n").slice(0, MAX_TEXT);
    const wantedConditions = [
      { ...configurationCondition(component, verdict), message },
      ...(this.#peers.get(name) ?? []),
    ];
    const { client, namespace, wall } = this.#options;
    const conditions = datedConditions(wantedConditions, before.conditions, timeText(wall()));
    const text = textOf(result, conditions);
    if (before.text === text) return;
    this.#said.delete(name);
    const answer = await unlessGone(
      client.request({
        method: "PATCH",
        path: metallbPath(namespace, PLURAL, name, "status"),
        query: { fieldManager: FIELD_MANAGER },
        contentType: MERGE_PATCH,
        body: {
          status: {
            result,
            errorSummary: verdict.errors.length === 0 ? null : verdict.errors.join("\n").slice(0, MAX_TEXT),
            conditions,
          },
        },
      }),
    );
    if (answer === undefined) throw new Error(`ConfigurationState ${namespace}/${name} went while it was written`);
    this.#said.set(name, { text, conditions });
  }

  async #read(name: string): Promise<Said | undefined> {
    const { client, namespace } = this.#options;
    const found = await unlessGone(client.request({ method: "GET", path: metallbPath(namespace, PLURAL, name) }));
    if (found === undefined) return undefined;
    const conditions = at(found, "status", "conditions");
    return { text: textOf(textAt(found, "status", "result"), conditions), conditions };
  }

  async #create(name: string, { component, node }: Wanted): Promise<Said> {
    const { client, namespace, uidOfNode } = this.#options;
    await client.request({
      method: "POST",
      path: metallbPath(namespace, PLURAL),
      query: { fieldManager: FIELD_MANAGER },
      body: {
        apiVersion: "metallb.io/v1beta1",
        kind: "ConfigurationState",
        metadata: {
          name,
          namespace,
          labels: configurationLabels(component, node),
          ...ownedByNode(node, uidOfNode),
        },
      },
    });
    return NEW;
  }
}

function nameOf(component: Component, node: string | undefined): string {
  return node === undefined ? component : `${component}-${node}`;
}

function textOf(result: string | undefined, conditions: unknown): string {
  const all: readonly unknown[] = Array.isArray(conditions) ? conditions : [];
  const fields = ["type", "status", "reason", "message"];
  return JSON.stringify([result, ...all.map((one) => fields.map((field) => textAt(one, field)))]);
}
