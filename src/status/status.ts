/** The contract of status: what the agent writes back for users to read. In a cluster the API; for a folder its state folder. */
import type { Address } from "../model/address.ts";
import type { PoolUsage } from "../model/allocation.ts";
import type { ObjectRef } from "../model/object.ts";
import type { Problem } from "../model/problem.ts";

/** The status of one Service as the controller wants it. */
export interface ServiceStatus {
  /** "namespace/name". */
  readonly service: string;
  readonly addresses: readonly Address[];
  /** For the annotation metallb.io/ip-allocated-from-pool; absent removes it. */
  readonly pool?: string;
  /** The source shows another status than this: it is to be written even where it already was, as someone may have removed it. */
  readonly repair?: boolean;
}

export interface ObjectEvent {
  readonly ref: ObjectRef;
  readonly component: "controller" | "speaker";
  readonly node?: string;
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  /** It can be read elsewhere too: where very many come at once, it may be left out. */
  readonly minor?: boolean;
  /** All nodes say it as one event of this object and reason; the message is that of the last one. */
  readonly shared?: boolean;
}

/** Which peers a Service is announced to from one node, and why not (metallb.io ServiceBGPStatus). */
export interface ServiceAnnouncementStatus {
  readonly service: string;
  readonly node: string;
  /** Sorted names of peers. */
  readonly peers: readonly string[];
  readonly reasons: readonly string[];
  /** Which of the peers have it not, or not all of it, at this moment, and why: a sentence each. */
  readonly untold: readonly string[];
}

/** What a speaker sees of one of its peers, as a condition (meta/v1) of its ConfigurationState. */
export interface PeerCondition {
  /** "PEER/BFDUp": of one type there is one. */
  readonly type: string;
  readonly status: "True" | "False";
  /** One word. */
  readonly reason: string;
  readonly message: string;
}

/** Writes are idempotent: the same value again writes nothing. What cannot be written is tried again; nobody has to wait for it. */
export interface StatusSink {
  serviceStatus(status: ServiceStatus): void;
  /** The Service ("namespace/name") is gone: what was kept about it goes too. In a cluster it went with the Service. */
  forget(service: string): void;
  /** Forgets all Services that are not in `known`: those that went while no controller ran. */
  prune(known: ReadonlySet<string>): void;
  /** All pools: one that is not among them is gone. */
  poolUsage(usage: readonly PoolUsage[]): void;
  event(event: ObjectEvent): void;
  /** The verdict on the whole configuration of one component: no errors means valid. */
  configuration(component: "controller" | "speaker", node: string | undefined, problems: readonly Problem[]): void;
  /** What the speaker of that node sees of its peers, the whole list; said together with its verdict on the configuration. */
  peers(node: string, conditions: readonly PeerCondition[]): void;
  /** Neither peers nor reasons: there is nothing to say about this Service any more. */
  announcement(status: ServiceAnnouncementStatus): void;
  /** Forgets what was said of the node's announcements of Services that are not in `known`: those that went while no speaker ran. */
  pruneAnnouncements(node: string, known: ReadonlySet<string>): void;
  /** The Services that the node announces to somebody by what was said last: before anything is said, by its last run. */
  announced(node: string): Promise<ReadonlySet<string>>;
  close(): Promise<void>;
}
