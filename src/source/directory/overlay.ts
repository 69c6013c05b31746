/** What the controller decided, laid over the Services as they are written. */
import { isRecord } from "./identify.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Annotations that belong to the controller: with a state their value is the state's, or none. */
const OWNED = ["metallb.io/ip-allocated-from-pool"];

/** What a state file says of a Service. */
export interface ServiceState {
  readonly annotations: Fields;
  readonly status: Fields;
}

/** From the parsed content of a state file, whatever is in it. */
export function readState(value: unknown): ServiceState {
  const record = isRecord(value) ? value : {};
  const metadata = isRecord(record["metadata"]) ? record["metadata"] : {};
  return {
    annotations: isRecord(metadata["annotations"]) ? metadata["annotations"] : {},
    status: isRecord(record["status"]) ? record["status"] : {},
  };
}

/**
 * The Service as an API server would give it: its own fields, and status and annotations from the state.
 * Without a state a status in the manifest stands, as in one that was dumped from a cluster.
 */
export function withState(service: Fields, state: ServiceState | undefined): Fields {
  if (state === undefined) return service;
  const metadata = isRecord(service["metadata"]) ? service["metadata"] : {};
  const written = isRecord(metadata["annotations"]) ? metadata["annotations"] : {};
  const own = Object.fromEntries(Object.entries(written).filter(([key]) => !OWNED.includes(key)));
  const annotations = { ...own, ...state.annotations };
  const { annotations: _, ...rest } = metadata;
  const described = Object.keys(annotations).length === 0 ? rest : { ...rest, annotations };
  return { ...service, metadata: described, status: state.status };
}
