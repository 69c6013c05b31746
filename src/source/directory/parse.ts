/** From the text of one file to the objects in it and what is wrong with the rest. */
import { LineCounter, isMap, isNode, isSeq, parseAllDocuments } from "yaml";
import type { Document } from "yaml";
import { identify, listItems } from "./identify.ts";
import type { Written, WrittenObject, WrittenProblem } from "./identify.ts";
import { explainFailure, explainYaml, guessObject } from "./yaml-problems.ts";

export interface ParsedFile {
  readonly objects: readonly WrittenObject[];
  readonly problems: readonly WrittenProblem[];
  /** The parts that were parsed one by one, to be handed to the next parse of the same file. */
  readonly parts: ReadonlyMap<string, readonly Written[]>;
}

/** An anchor may be referred to so often, nested ones multiplied: beyond it the file is an attack or a mistake. */
const MAX_ALIASES = 1000;
/** More than any object of Kubernetes; what walks over values recurses. */
const MAX_DEPTH = 100;

/** A line that begins a document. Such a line cannot be part of a value, at whatever place it stands. */
const BEGIN = /^---(?=[ \t\r\n]|$)/gm;
/** Directives and explicit ends tie documents together: such a file is parsed as one. */
const TIED = /^(?:%|\.\.\.(?:[ \t\r\n]|$))/m;

/** The documents as separate texts, each with its first line's number counted from 0. */
function split(text: string): { readonly part: string; readonly line: number }[] {
  if (TIED.test(text)) return [{ part: text, line: 0 }];
  const starts = Array.from(text.matchAll(BEGIN), (match) => match.index);
  if (starts[0] !== 0) starts.unshift(0);
  let line = 0;
  return starts.map((start, i) => {
    const part = text.slice(start, starts[i + 1]);
    const first = line;
    for (let at = part.indexOf("\n"); at !== -1; at = part.indexOf("\n", at + 1)) line++;
    return { part, line: first };
  });
}

const NO_PARTS: ParsedFile["parts"] = new Map();

function shift(written: Written, lines: number): Written {
  if (lines === 0) return written;
  if ("object" in written) return { object: { ...written.object, line: written.object.line + lines } };
  return { problem: { ...written.problem, line: written.problem.line + lines } };
}

/** Documents of `before` whose text is the same are not parsed again. Never throws. */
export function parseFile(name: string, text: string, before?: ParsedFile): ParsedFile {
  const json = name.endsWith(".json") ? parseJson(text) : undefined;
  const parts = new Map<string, readonly Written[]>();
  const all: Written[] = json ?? [];
  if (json === undefined) {
    for (const { part, line } of split(text)) {
      const written = before?.parts.get(part) ?? parsePart(part);
      parts.set(part, written);
      for (const one of written) all.push(shift(one, line));
    }
  }
  return {
    objects: all.flatMap((written) => ("object" in written ? [written.object] : [])),
    problems: all.flatMap((written) => ("problem" in written ? [written.problem] : [])),
    // A file of one document is parsed anew whenever it changes.
    parts: parts.size > 1 ? parts : NO_PARTS,
  };
}

/** A well-formed JSON file is one document; anything else is looked at as YAML, which tells where it is wrong. */
function parseJson(text: string): Written[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return objectsIn(value, () => 1, "");
}

/** The objects that one document holds; `lineOf` tells the line of an item of a list, or of the document. */
function objectsIn(value: unknown, lineOf: (item?: number) => number, subject: string): Written[] {
  if (isDeep(value, MAX_DEPTH)) {
    const text = `${subject}it is nested more than ${MAX_DEPTH} deep, or an anchor contains an alias to itself`;
    return [{ problem: { line: lineOf(), text } }];
  }
  const items = listItems(value);
  return items === undefined ? [identify(value, lineOf())] : items.map((item, i) => identify(item, lineOf(i)));
}

function isDeep(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return depth === 0 || Object.values(value).some((inner) => isDeep(inner, depth - 1));
}

function parsePart(text: string): readonly Written[] {
  try {
    const lines = new LineCounter();
    const documents = parseAllDocuments(text, {
      lineCounter: lines,
      prettyErrors: false,
      merge: true,
      logLevel: "error",
    });
    return Array.from(documents).flatMap((document) => readDocument(document, text, lines));
  } catch (error) {
    return [{ problem: { line: 1, text: explainFailure(error, MAX_ALIASES) } }];
  }
}

function readDocument(document: Document.Parsed, text: string, lines: LineCounter): readonly Written[] {
  const { contents } = document;
  const line = lines.linePos(contents === null ? document.range[0] : contents.range[0]).line;
  const subject = guessObject(text.slice(document.range[0], document.range[2]));
  const [error] = document.errors;
  if (error !== undefined) {
    const at = lines.linePos(error.pos[0]).line;
    return [{ problem: { line: at, text: `${subject}${explainYaml(error, text)}` } }];
  }
  try {
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    if (value === null) return [];
    const itemLine = (item: number): number | undefined => lineOfItem(document, item, lines);
    return objectsIn(value, (item) => (item === undefined ? line : (itemLine(item) ?? line)), subject);
  } catch (error) {
    return [{ problem: { line, text: `${subject}${explainFailure(error, MAX_ALIASES)}` } }];
  }
}

function lineOfItem(document: Document.Parsed, index: number, lines: LineCounter): number | undefined {
  const list = isMap(document.contents) ? document.contents.get("items", true) : undefined;
  const item = isSeq(list) ? list.items[index] : undefined;
  return isNode(item) && item.range ? lines.linePos(item.range[0]).line : undefined;
}
