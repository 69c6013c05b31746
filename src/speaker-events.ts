/**
 * What speakers alone know of objects, as events: a Secret that is missing, a peer that refuses, something that the backend
 * lacks. All nodes say it as one event of the object and reason, each on a transition.
 */
import type { BackendEvent } from "./backend/backend.ts";
import type { Reason, ReasonCode } from "./model/announcement.ts";
import type { ObjectRef } from "./model/object.ts";
import { formatProblem } from "./model/problem.ts";
import type { Problem } from "./model/problem.ts";
import type { StatusSink } from "./status/status.ts";

interface SpeakerEventsOptions {
  readonly node: string;
  readonly sink: Pick<StatusSink, "event">;
  /** The BGPPeer of that name; undefined where it is gone. */
  readonly peer: (name: string) => ObjectRef | undefined;
}

/** Reasons of Services that are somebody's fault, and not just how things are meant to be. */
const FAULTS: readonly ReasonCode[] = ["unsupportedByBackend", "healthCheckOverdue", "conflictingAdvertisements"];
const LACKING = "unsupportedByBackend";
const SESSION = "SessionFailed";

export class SpeakerEvents {
  readonly #options: SpeakerEventsOptions;
  /** By what it is about, and the reason. */
  readonly #told = new Map<string, string>();
  /** What is wrong with objects, by reason. */
  #wrong: ReadonlySet<string> = new Set();
  /** Peers that ask for what the backend lacks. */
  #lacking: ReadonlySet<string> = new Set();
  readonly #established = new Set<string>();

  constructor(options: SpeakerEventsOptions) {
    this.#options = options;
  }

  /** All that is wrong with what users wrote. What every agent sees is the controller's to tell. */
  problems(problems: readonly Problem[]): void {
    const groups = Map.groupBy(
      problems.filter(({ secret }) => secret === true),
      ({ ref, severity }) => `${severity === "error" ? "ConfigurationError" : "ConfigurationWarning"} ${ref.name}`,
    );
    for (const gone of this.#wrong) if (!groups.has(gone)) this.#told.delete(gone);
    this.#wrong = new Set(groups.keys());
    for (const [key, all] of groups) this.#tell(key, all[0]?.ref, key.split(" ")[0] ?? "", all.map(formatProblem));
  }

  /** What peers ask for and the backend lacks. */
  lacking(reasons: readonly Reason[]): void {
    const groups = Map.groupBy(reasons, ({ peer = "" }) => peer);
    for (const gone of this.#lacking) if (!groups.has(gone)) this.#told.delete(`${LACKING} ${gone}`);
    this.#lacking = new Set(groups.keys());
    for (const [peer, all] of groups) {
      const texts = all.map(({ text }) => text);
      this.#tell(`${LACKING} ${peer}`, this.#options.peer(peer), LACKING, texts);
    }
  }

  /** Why a Service ("namespace/name") is not announced as asked; without a ref it is gone. */
  service(key: string, ref: ObjectRef | undefined, reasons: readonly Reason[]): void {
    for (const fault of FAULTS) {
      const texts = reasons.filter(({ code }) => code === fault).map(({ text }) => text);
      this.#tell(`${fault} ${key}`, ref, fault, texts);
    }
  }

  /** A session that fails says why once, until it was up. */
  hear(event: BackendEvent): void {
    if (event.type === "error" && event.peer !== undefined) this.#failed(event.peer, event.text);
    if (event.type !== "session") return;
    const { peer, state, reason = "" } = event;
    if (state === "Established") {
      this.#established.add(peer);
      this.#told.delete(`${SESSION} ${peer}`);
    } else if (this.#established.delete(peer)) this.#failed(peer, reason);
  }

  #failed(peer: string, text: string): void {
    if (text !== "") this.#tell(`${SESSION} ${peer}`, this.#options.peer(peer), SESSION, [text]);
  }

  #tell(key: string, ref: ObjectRef | undefined, reason: string, texts: readonly string[]): void {
    const message = texts.join("; ");
    if (message === "" || ref === undefined) {
      this.#told.delete(key);
      return;
    }
    if (this.#told.get(key) === message) return;
    this.#told.set(key, message);
    const { node, sink } = this.#options;
    sink.event({ ref, component: "speaker", node, type: "Warning", reason, message, shared: true });
  }
}
