/** Lines of a stream of bytes, whole ones only: chunks end where they like, also within a character. */

const LINE_END = 0x0a;

export class Lines {
  /** What came after the last line end. */
  #rest: Uint8Array[] = [];
  readonly #decoder = new TextDecoder();

  /** The lines that are complete now, empty ones left out. */
  push(chunk: Uint8Array): string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(LINE_END); end !== -1; end = chunk.indexOf(LINE_END, start)) {
      const line = this.#line(chunk.subarray(start, end));
      if (line !== "") lines.push(line);
      start = end + 1;
    }
    if (start < chunk.length) this.#rest.push(chunk.subarray(start));
    return lines;
  }

  #line(end: Uint8Array): string {
    if (this.#rest.length === 0) return this.#decoder.decode(end);
    const pieces = [...this.#rest, end];
    this.#rest = [];
    const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const piece of pieces) {
      whole.set(piece, at);
      at += piece.length;
    }
    return this.#decoder.decode(whole);
  }
}
