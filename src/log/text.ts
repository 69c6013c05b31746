/** A record as one line for people: "08:15:30.123 WARN  message  key=value key="two words"". */

function show(value: unknown): string {
  if (typeof value !== "string") return JSON.stringify(value);
  return /^[^\s"=]+$/.test(value) ? value : JSON.stringify(value);
}

/** From pino's JSON line. */
export function formatText(record: string): string {
  const fields: unknown = JSON.parse(record);
  if (typeof fields !== "object" || fields === null) return record;
  const { level, time, msg, ...rest }: Record<string, unknown> = { ...fields };
  const clock = String(time).slice(11, 23);
  const pairs = Object.entries(rest).map(([key, value]) => `${key}=${show(value)}`);
  const line = [`${clock} ${String(level).toUpperCase().padEnd(5)} ${String(msg)}`, ...pairs].join("  ");
  return `${line}\n`;
}
