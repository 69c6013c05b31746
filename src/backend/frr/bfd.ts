/** Herald's BFD profiles in bfdd; bgpd's neighbours name them. */
import type { BfdProfile, Peer } from "../../model/config.ts";
import type { BfdReport } from "../report.ts";
import { message } from "../daemon/text.ts";
import { bfdReport, readBfdSessions } from "./bfd-report.ts";
import type { BfdTold } from "./bfd-report.ts";
import { PREFIX } from "./config.ts";
import { bfdLines, bfdName } from "./neighbor.ts";
import { configure, show } from "./vty.ts";
import type { Vty } from "./vty.ts";

/** Names of Herald's profiles in `show running-config` of bfdd. */
export function readProfiles(text: string): Set<string> {
  const names = Array.from(text.matchAll(/^ profile (\S+)$/gm), ([, name = ""]) => name);
  return new Set(names.filter((name) => name.startsWith(PREFIX)));
}

function named(peers: readonly Peer[]): Map<string, BfdProfile> {
  return new Map(
    peers.flatMap(({ bfdProfile }) => (bfdProfile === undefined ? [] : [[bfdName(bfdProfile), bfdProfile]])),
  );
}

export class BfdProfiles {
  readonly #vty: Vty;
  /** Unix time in milliseconds. */
  readonly #wall: () => number;
  /** What bfdd has; undefined: to be read. */
  #has: Set<string> | undefined;

  constructor(vty: Vty, wall: () => number) {
    this.#vty = vty;
    this.#wall = wall;
  }

  forget(): void {
    this.#has = undefined;
  }

  /** Makes the profiles of these peers. What cannot be made is told by peer: their sessions go on without BFD. */
  async add(peers: readonly Peer[]): Promise<ReadonlyMap<string, string>> {
    const wanted = named(peers);
    if (wanted.size === 0) return new Map();
    try {
      const has = (this.#has ??= readProfiles(await show(this.#vty, "show running-config")));
      const missing = [...wanted].filter(([name]) => !has.has(name));
      const lines = missing.flatMap(([name, profile]) => [`profile ${name}`, ...bfdLines(profile), "exit"]);
      if (lines.length > 0) await configure(this.#vty, ["bfd", ...lines, "exit"], "bfdd");
      for (const [name] of missing) has.add(name);
      return new Map();
    } catch (error) {
      this.#has = undefined;
      const reason = `the session has no BFD: ${message(error)}`;
      return new Map(peers.flatMap(({ name, bfdProfile }) => (bfdProfile === undefined ? [] : [[name, reason]])));
    }
  }

  /** Takes away the profiles of others than these peers. One that is left behind does no harm. */
  async keepOnly(peers: readonly Peer[]): Promise<void> {
    const wanted = named(peers);
    const old = [...(this.#has ?? [])].filter((name) => !wanted.has(name));
    if (old.length === 0) return;
    try {
      await configure(this.#vty, ["bfd", ...old.map((name) => `no profile ${name}`), "exit"], "bfdd");
      for (const name of old) this.#has?.delete(name);
    } catch {
      this.#has = undefined;
    }
  }

  /** What became of the session with each of these peers that has a profile. */
  async reports(peers: Iterable<Peer>): Promise<ReadonlyMap<string, BfdReport>> {
    const watched = [...peers].filter(({ bfdProfile, existing }) => bfdProfile !== undefined && existing !== true);
    if (watched.length === 0) return new Map();
    const told = await this.#ask().catch((error: unknown) => message(error));
    return new Map(
      watched.flatMap((peer): [string, BfdReport][] => {
        const { name, bfdProfile: profile } = peer;
        if (profile === undefined) return [];
        return [
          [name, typeof told === "string" ? { profile: profile.name, reason: told } : bfdReport(told, peer, profile)],
        ];
      }),
    );
  }

  async #ask(): Promise<BfdTold> {
    const sessions = readBfdSessions(await show(this.#vty, "show bfd peers json"));
    const counters = readBfdSessions(await show(this.#vty, "show bfd peers counters json"));
    return { sessions, counters, at: this.#wall() };
  }

  close(): void {
    this.#vty.close();
  }
}
