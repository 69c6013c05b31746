/** What the demo prints, and what it expected and did not see. */

export class Story {
  readonly #write: (text: string) => void;
  readonly #missed: string[] = [];
  #chapters = 0;

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  /** What was expected and not seen. */
  get missed(): readonly string[] {
    return this.#missed;
  }

  chapter(title: string): void {
    this.#chapters += 1;
    this.#write(`\n${this.#chapters}. ${title}\n\n`);
  }

  say(...sentences: readonly string[]): void {
    for (const sentence of sentences) this.#write(sentence === "" ? "\n" : `   ${sentence}\n`);
  }

  /** What somebody else printed. */
  show(text: string): void {
    for (const line of text.trimEnd().split("\n")) {
      this.#write(`     | ${line.replaceAll("\t", "  ")}`.trimEnd().concat("\n"));
    }
  }

  table(head: readonly string[], rows: readonly (readonly string[])[]): void {
    const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)));
    const line = (cells: readonly string[]): string =>
      cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
    this.show([line(head), ...rows.map(line)].join("\n"));
  }

  expect(what: string, seen: boolean): void {
    if (!seen) this.#missed.push(what);
    this.#write(`   ${seen ? "seen" : "NOT SEEN"}: ${what}\n`);
  }
}
