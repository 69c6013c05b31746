/** Titled parts of what commands print for people. */
import { table } from "./table.ts";

/** A title over a table, or over what is said where there are no rows. */
export function section(title: string, header: readonly string[], rows: readonly string[][], none = ""): string {
  return rows.length === 0 ? `${title}\n  ${none}\n` : `${title}\n${indent(table(header, rows))}`;
}

export function lines(title: string, texts: readonly string[]): string {
  return `${title}\n${indent(texts.map((text) => `${text}\n`).join(""))}`;
}

export function indent(text: string): string {
  return text.replaceAll(/^(?=.)/gm, "  ");
}
