/** Fields as a record can carry them, and no secret among them whoever passes it. */

/** Field names whose value is never shown. */
const CONFIDENTIAL = /password|passwd|secret|token|credential|(?:md5|private|auth)-?key/i;
/** Deeper values are cut. */
const DEPTH = 4;

export function plainFields(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, plainField(key, value, 0)]));
}

function plainField(key: string, value: unknown, depth: number): unknown {
  return CONFIDENTIAL.test(key) && value !== undefined ? "[secret]" : plain(value, depth);
}

function plain(value: unknown, depth: number): unknown {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Error) return value.message;
  if ("toJSON" in value && typeof value.toJSON === "function") {
    const json: unknown = value.toJSON();
    // An object that gives another object: once is enough.
    return typeof json === "object" && json !== null ? "…" : plain(json, depth);
  }
  if (value instanceof Uint8Array) return Array.from(value, (byte) => byte.toString(16).padStart(2, "0")).join("");
  if (depth >= DEPTH) return "…";
  if (Array.isArray(value) || value instanceof Set) return Array.from(value, (item) => plain(item, depth + 1));
  const entries = value instanceof Map ? Array.from(value, ([k, v]) => [String(k), v] as const) : Object.entries(value);
  return Object.fromEntries(entries.map(([key, item]) => [key, plainField(key, item, depth + 1)]));
}
