/** Reading and writing single files, with every failure told in words. */
import { constants } from "node:fs";
import { appendFile, mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { explainSystemError, systemErrorCode } from "./errors.ts";

/** What one look at a file gave; `what` continues a sentence that begins with the file's name. `stamp` changes whenever the content may have; `inode` when another file took its place. */
export type FileReading =
  | { readonly kind: "text"; readonly text: string; readonly stamp: string; readonly inode: string }
  | { readonly kind: "gone" }
  | { readonly kind: "folder" }
  | { readonly kind: "unreadable"; readonly what: string };

interface Stats {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly birthtimeNs: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

/** The birth time is part of it because the number of a deleted inode is soon used again. */
export function inodeOf(stats: Stats): string {
  return `${stats.dev}:${stats.ino}:${stats.birthtimeNs}`;
}

export function stampOf(stats: Stats): string {
  return `${inodeOf(stats)}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`;
}

/** Reads a UTF-8 file of at most `maxBytes`. Never rejects, and never waits for a pipe's other end. */
export async function readTextFile(path: string, maxBytes: number): Promise<FileReading> {
  try {
    // Asked before it is opened: opening a pipe or a device can wait for ever, or do something.
    const kind = await stat(path);
    if (kind.isDirectory()) return { kind: "folder" };
    if (!kind.isFile()) return { kind: "unreadable", what: "is not a regular file" };
    await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const stats = await file.stat({ bigint: true });
    if (stats.size > BigInt(maxBytes)) {
      return { kind: "unreadable", what: `has ${stats.size} bytes; at most ${maxBytes} are read` };
    }
    const bytes = await file.readFile();
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return { kind: "text", text, stamp: stampOf(stats), inode: inodeOf(stats) };
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return { kind: "gone" };
    if (error instanceof TypeError) return { kind: "unreadable", what: "is not UTF-8 text" };
    return { kind: "unreadable", what: `cannot be read: ${explainSystemError(error)}` };
  }
}

/** The whole text, or undefined where there is no such file. */
export async function readIfPresent(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Files that `writeAtomic` has not finished: readers pass over them, as over every hidden file. */
const TEMPORARY = ".herald-";
let written = 0;

/**
 * Replaces a file as a whole: a reader sees the old text or the new, never a part. Folders on the way are made.
 * Others see it as soon as it is renamed; with `durable` the promise then waits for the disk.
 */
export async function writeAtomic(path: string, text: string, { durable = false } = {}): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `${TEMPORARY}${process.pid}-${written++}-${basename(path)}`.slice(0, 255));
  try {
    await using file = await openNew(temporary);
    await file.writeFile(text);
    await rename(temporary, path);
    if (durable) await file.sync();
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function openNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, "wx", 0o644);
  } catch (error) {
    if (systemErrorCode(error) !== "ENOENT") throw error;
    await mkdir(dirname(path), { recursive: true });
    return open(path, "wx", 0o644);
  }
}

/** Makes a file that must not be there yet; false when it was. It appears with all its text. */
export async function createExclusive(path: string, text: string): Promise<boolean> {
  try {
    await using file = await openNew(path);
    await file.writeFile(text).catch(async (error: unknown) => {
      await removeFile(path);
      throw error;
    });
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** Writes over a small file that is there. Where it stays as long as it was, a full disk has room for it. */
export async function overwrite(path: string, text: string): Promise<void> {
  await using file = await open(path, "r+");
  const bytes = new TextEncoder().encode(text);
  await file.write(bytes, 0, bytes.length, 0);
  await file.truncate(bytes.length);
}

/** Removes a file if it is there. */
export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true });
}

export async function ensureFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true });
}

/**
 * Adds lines to a file. When it would grow beyond `maxBytes` it becomes `path.1` first, and what that was is lost:
 * the two together stay within twice the bound.
 */
export async function appendBounded(path: string, text: string, maxBytes: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const size = await stat(path).then(
    (stats) => stats.size,
    () => 0,
  );
  if (size > 0 && size + text.length > maxBytes) await rename(path, `${path}.1`);
  await appendFile(path, text);
}

/** The files below a folder, as paths relative to it, sorted; hidden ones left out. Empty where it does not exist. */
export async function listFiles(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .sort();
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") return [];
    throw error;
  }
}
