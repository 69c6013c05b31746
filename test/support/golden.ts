/** Golden files: what a stage made of an input, kept as readable text. UPDATE_GOLDEN=1 rewrites them. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { Test } from "tap";
import { stringify } from "yaml";
import type { Address } from "../../src/model/address.ts";
import { formatAddress, formatPrefix, formatRange } from "../../src/model/address.ts";
import { Secret } from "../../src/model/config.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const DATA = join(ROOT, "test", "data");

/** Compares `text` with the golden file of that name under test/data, or under another folder. */
export function matchesGolden(t: Test, name: string, text: string, folder: string = DATA): void {
  const file = join(folder, name);
  if (process.env["UPDATE_GOLDEN"] === "1") {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  t.equal(text, existsSync(file) ? readFileSync(file, "utf8") : "", `is as in ${relative(ROOT, file)}`);
}

/** A value of the model as YAML: addresses as text, maps and sets as mappings and lists, secrets hidden. */
export function readable(value: unknown): string {
  return stringify(plain(value), { lineWidth: 0, aliasDuplicateObjects: false });
}

function plain(value: unknown): unknown {
  if (value instanceof Secret) return value.toString();
  if (value instanceof Map) return Object.fromEntries(Array.from(value, ([key, inner]) => [String(key), plain(inner)]));
  if (value instanceof Set) return Array.from(value, plain);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return addressText(value) ?? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

function addressText(value: object): string | undefined {
  if (!("family" in value) || (value.family !== 4 && value.family !== 6)) return undefined;
  const family = value.family === 4 ? 4 : 6;
  if ("first" in value && typeof value.first === "bigint" && "last" in value && typeof value.last === "bigint") {
    return formatRange({ family, first: value.first, last: value.last });
  }
  if (!("value" in value) || typeof value.value !== "bigint") return undefined;
  const address: Address = { family, value: value.value };
  return "length" in value && typeof value.length === "number"
    ? formatPrefix({ ...address, length: value.length })
    : formatAddress(address);
}
