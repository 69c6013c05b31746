/**
 * Plain data as YAML in block style. These files are written by the thousand, and the library makes a document of
 * nodes for each: ten times the work.
 */

export type Plain = string | number | boolean | readonly Plain[] | { readonly [key: string]: Plain };

/** Words that no reader of YAML, old or new, takes for anything but text. */
const WORDS = /^[A-Za-z/][\w./-]*(?: [\w./(),-]+)*$/;
const ADDRESS = /^\d+(?:\.\d+){3}$|^[\da-f]+(?::[\da-f]+)*::(?:[\da-f]+:)*[\da-f]+$/;
const TAKEN = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

function scalar(value: string | number | boolean): string {
  if (typeof value !== "string") return `${value}`;
  const plain = ADDRESS.test(value) || (WORDS.test(value) && !TAKEN.test(value));
  return plain ? value : JSON.stringify(value);
}

/** What follows a key or a dash, with the line end; `indent` is that of the lines it may go on with. */
function after(value: Plain, indent: string): string {
  if (typeof value !== "object") return ` ${scalar(value)}\n`;
  if (Object.keys(value).length === 0) return Array.isArray(value) ? " []\n" : " {}\n";
  return `\n${lines(value, indent)}`;
}

function lines(value: readonly Plain[] | { readonly [key: string]: Plain }, indent: string): string {
  const inner = `${indent}  `;
  if (!isList(value)) {
    return Object.entries(value)
      .map(([key, field]) => `${indent}${scalar(key)}:${after(field, inner)}`)
      .join("");
  }
  return value
    .map((item) => {
      const text = after(item, inner);
      // The first line of a nested value stands beside its dash.
      return text.startsWith("\n") ? `${indent}- ${text.slice(1 + inner.length)}` : `${indent}-${text}`;
    })
    .join("");
}

function isList(value: readonly Plain[] | { readonly [key: string]: Plain }): value is readonly Plain[] {
  return Array.isArray(value);
}

export function yamlText(value: { readonly [key: string]: Plain }): string {
  return lines(value, "");
}
