/** What this backend needs of its host: calls to GoBGP's API, with messages as bytes. */

/** Connects at the first call and again after a loss. Each fails with one sentence; `status` is gRPC's number. */
export interface Rpc {
  call(method: string, request: Uint8Array): Promise<Uint8Array>;
  /** Many requests, one answer. */
  send(method: string, requests: Iterable<Uint8Array>): Promise<Uint8Array>;
  /** One request, all its answers. */
  list(method: string, request: Uint8Array): Promise<readonly Uint8Array[]>;
  /** Answers as they come, until `ended`. */
  watch(
    method: string,
    request: Uint8Array,
    heard: (answer: Uint8Array) => void,
    ended: (error: Error) => void,
  ): { cancel(): void };
  close(): void;
}

const UNIMPLEMENTED = 12;
const UNKNOWN = 2;

function statusOf(error: unknown): number | undefined {
  return error instanceof Error && "status" in error && typeof error.status === "number" ? error.status : undefined;
}

/** The other side has no such service. */
export function isUnimplemented(error: unknown): boolean {
  return statusOf(error) === UNIMPLEMENTED;
}

/** GoBGP itself said no: it answers every refusal with this status. */
export function isRefusal(error: unknown): boolean {
  return statusOf(error) === UNKNOWN;
}
