/** inotify watches on folders: one each, and one on the folder that each link to a file leads to. */
import { watch } from "node:fs";
import type { FSWatcher } from "node:fs";
import { lstat, readlink, realpath } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { translateSystemError } from "./errors.ts";

interface Target {
  readonly watcher: FSWatcher | undefined;
  /** The links, as paths of the tree, that lead into the folder. */
  readonly links: Set<string>;
}

export class FolderWatches {
  readonly #notice: (folder: string, name: string | undefined) => void;
  readonly #folders = new Map<string, FSWatcher>();
  /** By link: the folder its target lies in. */
  readonly #links = new Map<string, string>();
  readonly #targets = new Map<string, Target>();
  #root: FSWatcher | undefined;
  /** A look that is under way may still ask for watches: one of them would keep the process alive. */
  #closed = false;

  /** `notice` gets a folder of the tree and the base name of what changed in it, or undefined for anything. */
  constructor(notice: (folder: string, name: string | undefined) => void) {
    this.#notice = notice;
  }

  /** Sees the root itself come, go, or be replaced by another folder or link. */
  watchRoot(absolute: string): void {
    const name = basename(absolute);
    this.#root?.close();
    this.#root = undefined;
    if (this.#closed) return;
    try {
      this.#root = watch(dirname(absolute), (_, changed) => {
        if (changed === null || changed === name) this.#notice(".", undefined);
      });
      this.#root.on("error", () => undefined);
    } catch {
      // The periodic look finds it.
    }
  }

  /** Starts to watch a folder unless it is watched. Answers what is wrong, if it cannot. */
  watch(path: string, absolute: string): string | undefined {
    if (this.#closed || this.#folders.has(path)) return undefined;
    try {
      const watcher = watch(absolute, (_, name) => this.#notice(path, name ?? undefined));
      watcher.on("error", () => this.drop(path));
      this.#folders.set(path, watcher);
      return undefined;
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return `cannot be watched, so changes are noticed late: ${translateSystemError(error, "watch", absolute).message}`;
    }
  }

  drop(path: string): void {
    this.#folders.get(path)?.close();
    this.#folders.delete(path);
  }

  /** Drops the folder and all folders below it. */
  dropBelow(path: string): void {
    for (const folder of this.#folders.keys()) {
      if (path === "." || folder === path || folder.startsWith(`${path}/`)) this.drop(folder);
    }
  }

  /** Whether the file is a symbolic link; if so, the folder its target lies in is watched too. */
  async followLink(path: string, absolute: string): Promise<boolean> {
    const isLink = await lstat(absolute).then(
      (stats) => stats.isSymbolicLink(),
      () => false,
    );
    if (!isLink) {
      this.dropLink(path);
      return false;
    }
    const target = await realpath(absolute)
      .then(dirname)
      .catch(() => readlink(absolute).then(dirname))
      .catch(() => undefined);
    if (this.#closed || target === this.#links.get(path)) return true;
    this.dropLink(path);
    if (target === undefined) return true;
    this.#links.set(path, target);
    const known = this.#targets.get(target);
    if (known !== undefined) known.links.add(path);
    else this.#targets.set(target, this.#watchTarget(target, path));
    return true;
  }

  #watchTarget(folder: string, link: string): Target {
    const links = new Set([link]);
    let watcher: FSWatcher | undefined;
    try {
      watcher = watch(folder, () => {
        for (const path of links) this.#notice(dirname(path), basename(path));
      });
      watcher.on("error", () => undefined);
    } catch {
      // The periodic look finds what changes there.
    }
    return { watcher, links };
  }

  dropLink(path: string): void {
    const folder = this.#links.get(path);
    if (folder === undefined) return;
    this.#links.delete(path);
    const target = this.#targets.get(folder);
    target?.links.delete(path);
    if (target?.links.size !== 0) return;
    target.watcher?.close();
    this.#targets.delete(folder);
  }

  close(): void {
    this.#closed = true;
    this.#root?.close();
    for (const watcher of this.#folders.values()) watcher.close();
    for (const { watcher } of this.#targets.values()) watcher?.close();
    this.#folders.clear();
    this.#targets.clear();
  }
}
