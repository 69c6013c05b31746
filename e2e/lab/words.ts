/** Splits a command line into words as containerlab does for `exec`: quotes and backslashes, but no shell. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  const token = /\s*((?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+)/gy;
  let end = 0;
  for (const match of line.matchAll(token)) {
    end = match.index + match[0].length;
    words.push(unquote(match[1] ?? ""));
  }
  if (line.slice(end).trim() !== "") throw new Error(`"${line}" has a quote that is not closed`);
  return words;
}

function unquote(word: string): string {
  return word.replaceAll(
    /\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'/g,
    (_, escaped?: string, double?: string, single?: string) =>
      escaped ?? double?.replaceAll(/\\(["\\])/g, "$1") ?? single ?? "",
  );
}
