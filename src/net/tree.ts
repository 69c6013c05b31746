/** A folder of files, or a single file, that is read once and again whenever it changes. */
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { Timer, Timers } from "./clock.ts";
import { explainSystemError, systemErrorCode } from "./errors.ts";
import { inodeOf, readTextFile, stampOf } from "./files.ts";
import { FolderWatches } from "./watches.ts";

/** `what` continues a sentence that begins with the file's name. `replaced`: another file took the place of the one before, as an atomic writer does; else it was written in place. */
export type FileState =
  | { readonly kind: "text"; readonly text: string; readonly replaced: boolean }
  | { readonly kind: "gone" }
  | { readonly kind: "unreadable"; readonly what: string };

/** `path` is relative to the root, with "/"; a folder that cannot be read or watched is told under its own path ("." the root). */
export interface FileChange {
  readonly path: string;
  readonly state: FileState;
}

export interface TreeOptions {
  /** A folder, or a single file. It may be missing, and come later. */
  readonly root: string;
  /** Which files to read, by base name. Hidden files and folders are always passed over. */
  readonly accept: (name: string) => boolean;
  /** A larger file is unreadable. */
  readonly maxBytes: number;
  readonly clock: Timers;
  /** Milliseconds between two looks at everything, for file systems that tell nothing, such as NFS. */
  readonly rescan: number;
}

export interface Tree {
  /** The changes found together come together, in one call. Resolves after the call with what was there at the start. */
  start(listen: (changes: readonly FileChange[]) => void): Promise<void>;
  close(): void;
}

const ROOT = ".";
/** Files looked at together. */
const PARALLEL = 64;
/** Milliseconds between two looks for a root that is not there: the folder that would tell of it may be gone too. */
const MISSING = 500;
/** Milliseconds between two looks whether the root is still the folder that is watched: one that was moved away tells nothing. */
const SAME = 1_000;
/** Beyond so many notices in one go the kernel may have dropped some. */
const BURST = 8000;

interface Folder {
  readonly inode: string;
  /** Base names of the files and folders in it that count. */
  readonly files: Set<string>;
  readonly folders: Set<string>;
  /** Something in it is a link, which can lead through a hidden name, as in a mounted ConfigMap. */
  links: boolean;
}

function childPath(folder: string, name: string): string {
  return folder === ROOT ? name : `${folder}/${name}`;
}

function parentPath(path: string): string {
  return path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ROOT;
}

export function watchTree(options: TreeOptions): Tree {
  return new WatchedTree(options);
}

class WatchedTree implements Tree {
  readonly #options: TreeOptions;
  readonly #watches: FolderWatches;
  readonly #folders = new Map<string, Folder>();
  /** What was last seen of each file: `stamp` of its content, or of its failure. */
  readonly #files = new Map<string, { readonly stamp: string; readonly inode: string }>();
  /** Folders told to be unreadable. */
  readonly #failed = new Set<string>();
  readonly #touchedFiles = new Set<string>();
  readonly #touchedFolders = new Set<string>();
  #base: string;
  /** The one file that counts, where the root is a file. */
  #single: string | undefined;
  #listen: (changes: readonly FileChange[]) => void = () => undefined;
  #all = false;
  #notices = 0;
  #running = false;
  #closed = false;
  #timer: Timer | undefined;
  #changes: FileChange[] = [];

  constructor(options: TreeOptions) {
    this.#options = options;
    this.#base = options.root;
    this.#watches = new FolderWatches((folder, name) => this.#noticed(folder, name));
  }

  async start(listen: (changes: readonly FileChange[]) => void): Promise<void> {
    this.#listen = listen;
    this.#watches.watchRoot(this.#options.root);
    this.#all = true;
    this.#armRescan();
    await this.#run();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#watches.close();
  }

  /**
   * A look that is still under way when the tree is closed arms nothing: a timer would keep the process alive.
   * `since`: milliseconds since the last look at everything.
   */
  #armRescan(since = 0): void {
    this.#timer?.cancel();
    if (this.#closed) return;
    const { clock, rescan } = this.#options;
    const missing = this.#failed.has(ROOT);
    const pause = Math.min(rescan - since, missing ? MISSING : SAME);
    this.#timer = clock.setTimer(pause, () => {
      const due = since + pause >= rescan;
      if (missing || due) {
        this.#all = true;
        this.#schedule();
      } else {
        void this.#lookForRoot();
      }
      this.#armRescan(due ? 0 : since + pause);
    });
  }

  async #lookForRoot(): Promise<void> {
    if (!(await this.#changedInode(ROOT)) || this.#closed) return;
    this.#touchedFolders.add(ROOT);
    this.#schedule();
  }

  /** `name` is undefined when all of the folder may have changed. */
  #noticed(folder: string, name: string | undefined): void {
    // Temporary files of atomic writers: what they become is noticed under its own name.
    if (name?.startsWith(".") === true && this.#folders.get(folder)?.links === false) return;
    this.#notices++;
    if (this.#notices > BURST) this.#all = true;
    if (name !== undefined && this.#counts(name)) this.#touchedFiles.add(childPath(folder, name));
    else this.#touchedFolders.add(folder);
    this.#schedule();
  }

  #counts(name: string): boolean {
    if (this.#single !== undefined) return name === this.#single;
    return !name.startsWith(".") && this.#options.accept(name);
  }

  /** Notices of one turn of the event loop are handled together, at its end. */
  #schedule(): void {
    if (this.#running || this.#closed) return;
    this.#running = true;
    setImmediate(() => void this.#run());
  }

  async #run(): Promise<void> {
    this.#running = true;
    do {
      const all = this.#all;
      const files = [...this.#touchedFiles];
      const folders = [...this.#touchedFolders];
      this.#all = false;
      this.#notices = 0;
      this.#touchedFiles.clear();
      this.#touchedFolders.clear();
      await this.#look(all, folders, files);
      const changes = this.#changes;
      this.#changes = [];
      if (this.#closed) return;
      if (changes.length > 0) this.#listen(changes);
    } while (this.#all || this.#touchedFolders.size > 0 || this.#touchedFiles.size > 0);
    this.#running = false;
  }

  async #look(all: boolean, folders: readonly string[], files: readonly string[]): Promise<void> {
    if (all || folders.includes(ROOT)) await this.#lookAtRoot();
    if (all) await this.#scan(ROOT, [], true);
    for (const folder of folders) {
      if (folder === ROOT || this.#folders.has(folder)) await this.#scan(folder, this.#ancestors(folder), false);
    }
    await this.#each(files, async (path) => {
      if (this.#folders.has(parentPath(path))) await this.#readFile(path, true);
    });
  }

  /** The root can be a single file, and become one: then its folder is the tree, and this file all that counts in it. */
  async #lookAtRoot(): Promise<void> {
    const { root } = this.#options;
    if (this.#single !== undefined) return;
    const stats = await stat(root).catch(() => undefined);
    if (stats?.isFile() !== true) return;
    this.#single = basename(root);
    this.#base = dirname(root);
  }

  /** The inodes of the folders above. */
  #ancestors(folder: string): string[] {
    const inodes: string[] = [];
    for (let path = folder; path !== ROOT;) {
      path = parentPath(path);
      const above = this.#folders.get(path);
      if (above !== undefined) inodes.push(above.inode);
    }
    return inodes;
  }

  async #each(paths: readonly string[], look: (path: string) => Promise<void>): Promise<void> {
    for (let i = 0; i < paths.length; i += PARALLEL) await Promise.all(paths.slice(i, i + PARALLEL).map(look));
  }

  /** Looks at a folder and what is new in it; with `deep` at everything below. */
  async #scan(path: string, ancestors: readonly string[], deep: boolean): Promise<void> {
    const absolute = join(this.#base, path);
    try {
      const inode = inodeOf(await stat(absolute, { bigint: true }));
      // A link back to a folder above: what it holds is already read there.
      if (ancestors.includes(inode)) return;
      let folder = this.#folders.get(path);
      const fresh = folder?.inode !== inode;
      if (folder === undefined || fresh) {
        if (folder !== undefined) this.#watches.dropBelow(path);
        folder = { inode, files: folder?.files ?? new Set(), folders: folder?.folders ?? new Set(), links: false };
        this.#folders.set(path, folder);
      }
      // Watched before it is listed, so that nothing falls between.
      const failure = this.#watches.watch(path, absolute);
      const { files, folders } = await this.#list(path, absolute, folder);
      this.#told(path, failure);
      await this.#each(files, (file) => this.#readFile(file, false));
      const inner = [...ancestors, inode];
      for (const child of folders) {
        if (deep || fresh || !this.#folders.has(child) || (await this.#changedInode(child))) {
          await this.#scan(child, inner, deep || fresh);
        }
      }
    } catch (error) {
      this.#lost(path, error);
    }
  }

  async #changedInode(path: string): Promise<boolean> {
    const stats = await stat(join(this.#base, path), { bigint: true }).catch(() => undefined);
    return stats === undefined || inodeOf(stats) !== this.#folders.get(path)?.inode;
  }

  /** The files and folders to look at: those that are there, and those that were. */
  async #list(
    path: string,
    absolute: string,
    folder: Folder,
  ): Promise<{ readonly files: string[]; readonly folders: string[] }> {
    const entries = await readdir(absolute, { withFileTypes: true });
    const below: string[] = [];
    for (const entry of entries) {
      folder.links ||= entry.isSymbolicLink();
      if (this.#counts(entry.name) && !entry.isDirectory()) {
        folder.files.add(entry.name);
      } else if (this.#single === undefined && !entry.name.startsWith(".") && (await this.#isFolder(absolute, entry))) {
        below.push(entry.name);
      }
    }
    for (const name of folder.folders) if (!below.includes(name)) this.#forgetFolder(childPath(path, name));
    folder.folders.clear();
    for (const name of below) folder.folders.add(name);
    return {
      files: [...folder.files].map((name) => childPath(path, name)),
      folders: below.map((name) => childPath(path, name)),
    };
  }

  async #isFolder(
    absolute: string,
    entry: { readonly name: string; isDirectory(): boolean; isSymbolicLink(): boolean },
  ): Promise<boolean> {
    if (!entry.isSymbolicLink()) return entry.isDirectory();
    return stat(join(absolute, entry.name)).then(
      (stats) => stats.isDirectory(),
      () => false,
    );
  }

  async #readFile(path: string, force: boolean): Promise<void> {
    const absolute = join(this.#base, path);
    const folder = this.#folders.get(parentPath(path));
    const before = this.#files.get(path);
    const link = await this.#watches.followLink(path, absolute);
    if (link && folder !== undefined) folder.links = true;
    if (!force && before !== undefined) {
      const stats = await stat(absolute, { bigint: true }).catch(() => undefined);
      if (stats !== undefined && stampOf(stats) === before.stamp) return;
    }
    const reading = await readTextFile(absolute, this.#options.maxBytes);
    switch (reading.kind) {
      case "text":
        folder?.files.add(basename(path));
        this.#files.set(path, reading);
        this.#changes.push({
          path,
          state: { kind: "text", text: reading.text, replaced: before?.inode !== reading.inode },
        });
        return;
      case "folder":
        folder?.files.delete(basename(path));
        this.#goneFile(path);
        this.#touchedFolders.add(parentPath(path));
        return;
      case "gone":
        if (link) {
          this.#unreadable(path, "is a link to nothing");
          return;
        }
        folder?.files.delete(basename(path));
        this.#goneFile(path);
        return;
      case "unreadable":
        folder?.files.add(basename(path));
        this.#unreadable(path, reading.what);
    }
  }

  #unreadable(path: string, what: string): void {
    if (this.#files.get(path)?.stamp === what) return;
    this.#files.set(path, { stamp: what, inode: "" });
    this.#changes.push({ path, state: { kind: "unreadable", what } });
  }

  #goneFile(path: string): void {
    if (!this.#files.delete(path)) return;
    this.#watches.dropLink(path);
    this.#changes.push({ path, state: { kind: "gone" } });
  }

  #forgetFolder(path: string): void {
    const folder = this.#folders.get(path);
    this.#folders.delete(path);
    this.#watches.drop(path);
    this.#told(path, undefined);
    for (const name of folder?.files ?? []) this.#goneFile(childPath(path, name));
    for (const name of folder?.folders ?? []) this.#forgetFolder(childPath(path, name));
  }

  /** A folder that cannot be listed keeps what it held: it may be unmounted, or a link in the middle of a change. */
  #lost(path: string, error: unknown): void {
    this.#watches.drop(path);
    const code = systemErrorCode(error);
    if (code !== "ENOENT") this.#told(path, `cannot be read: ${explainSystemError(error)}`);
    else if (path === ROOT) this.#told(path, "does not exist");
  }

  #told(path: string, failure: string | undefined): void {
    if (failure !== undefined) {
      const known = this.#failed.has(path);
      this.#failed.add(path);
      if (path === ROOT && !known) this.#armRescan();
      this.#changes.push({ path, state: { kind: "unreadable", what: failure } });
    } else if (this.#failed.delete(path)) {
      if (path === ROOT) this.#watches.watchRoot(this.#options.root);
      this.#changes.push({ path, state: { kind: "gone" } });
    }
  }
}
