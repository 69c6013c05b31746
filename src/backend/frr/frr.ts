import type { Peer } from "../../model/config.ts";
import type { Backend } from "../backend.ts";
import { isTold } from "../daemon/classes.ts";
import { NO_VERDICT } from "../daemon/daemon.ts";
import { DrivenBackend } from "../daemon/driver.ts";
import type { Clock, Daemon, DaemonHost, Verdict, Wanted } from "../daemon/daemon.ts";
import type { NeighborState } from "../daemon/sessions.ts";
import { BfdProfiles } from "./bfd.ts";
import { change } from "./change.ts";
import type { RunningConfig } from "./config.ts";
import { afterwards, difference, nothingOf } from "./diff.ts";
import { frrSupports } from "./features.ts";
import { neighborName } from "./neighbor.ts";
import { readRunningConfig } from "./read.ts";
import { blockedBy, render } from "./render.ts";
import { readNeighbors } from "./report.ts";
import type { Neighbor } from "./report.ts";
import { configure, show } from "./vty.ts";
import type { Vty } from "./vty.ts";

/** Makes a command socket; `lost` is to be called when its connection ends by itself. */
type OpenVty = (lost: (error: Error) => void) => Vty;

export interface FrrOptions {
  /** Of bgpd. */
  readonly vty: OpenVty;
  /** Of bfdd, for peers with a BFD profile. */
  readonly bfdd: OpenVty;
  readonly clock: Clock;
}

/** A backend on a running bgpd; what it may not touch there it leaves alone. */
export function frrBackend({ clock, ...sockets }: FrrOptions): Backend {
  return new DrivenBackend({
    name: "frr",
    supports: frrSupports,
    clock,
    daemon: (host) => new Frr({ ...sockets, clock }, host),
  });
}

class Frr implements Daemon {
  verdict: Verdict = NO_VERDICT;
  readonly #vty: Vty;
  readonly #bfd: BfdProfiles;
  /** What bgpd has, as far as we know; undefined: to be read. */
  #running: RunningConfig | undefined;
  /** With a session, of the last `converge`. */
  #peers: ReadonlyMap<string, Peer> = new Map();

  constructor({ vty, bfdd, clock }: FrrOptions, host: DaemonHost) {
    this.#vty = vty((error) => host.lost(error));
    this.#bfd = new BfdProfiles(
      bfdd(() => this.#bfd.forget()),
      () => clock.wall(),
    );
  }

  async converge(wanted: Wanted, changed: ReadonlySet<string> | undefined): Promise<void> {
    const known = this.#running;
    const running = known ?? readRunningConfig(await show(this.#vty, "show running-config"));
    // Until bgpd has said yes to all, nobody knows what it has.
    this.#running = undefined;
    if (known === undefined || changed === undefined) await this.#all(wanted, running);
    else await this.#some(wanted, running, changed);
  }

  async #all(wanted: Wanted, running: RunningConfig): Promise<void> {
    const { config, verdict, peers } = render(wanted, running);
    this.#peers = peers;
    this.verdict = { ...NO_VERDICT, ...verdict };
    const profiles = [...peers.values()].filter(({ existing }) => existing !== true);
    const trouble = await this.#bfd.add(profiles);
    this.verdict = { ...this.verdict, warnings: joined(verdict.warnings, trouble) };
    const commands = difference(running, config);
    if (commands.length > 0) await configure(this.#vty, commands);
    this.#running = afterwards(running, config);
    await this.#bfd.keepOnly(profiles);
  }

  async #some({ classes }: Wanted, running: RunningConfig, changed: ReadonlySet<string>): Promise<void> {
    const blocked = new Map(this.verdict.blocked);
    for (const prefix of changed) {
      const of = classes.get(prefix)?.of;
      const isOwn = running.instance !== undefined;
      const reason = of !== undefined && isTold(of, this.#peers) ? blockedBy(prefix, running, isOwn) : undefined;
      if (reason === undefined) blocked.delete(prefix);
      else blocked.set(prefix, reason);
    }
    this.verdict = { ...this.verdict, blocked };
    const { commands, done } = change(running, classes, changed, this.#peers);
    if (commands.length > 0) await configure(this.#vty, commands);
    done();
    this.#running = running;
  }

  async sessions(): Promise<ReadonlyMap<string, NeighborState>> {
    const answer = readNeighbors(await show(this.#vty, "show bgp neighbors json"));
    const watched = await this.#bfd.reports(this.#peers.values());
    return new Map(
      [...this.#peers].flatMap(([name, peer]): [string, NeighborState][] => {
        if (peer.listenRange !== undefined) return membersOf(name, neighborName(peer), answer);
        const state = answer.get(neighborName(peer));
        if (state === undefined) return [];
        const bfd = watched.get(name);
        // What the operator has bgpd tell that neighbour counts too.
        const told = state.trouble === undefined ? undefined : 0;
        return [[name, { ...state, ...(bfd !== undefined && { bfd }), ...(peer.existing === true && { told }) }]];
      }),
    );
  }

  forget(): void {
    this.#running = undefined;
  }

  async withdraw(text: string): Promise<void> {
    const running = readRunningConfig(await show(this.#vty, "show running-config"));
    const commands = difference(running, nothingOf(running)).flatMap((line) => {
      const [, neighbor] = /^no neighbor (\S+)(?: peer-group)?$/.exec(line) ?? [];
      return neighbor === undefined ? line : [`neighbor ${neighbor} shutdown message ${text}`, line];
    });
    if (commands.length > 0) await configure(this.#vty, commands);
    await this.#bfd.keepOnly([]);
  }

  close(): void {
    this.#vty.close();
    this.#bfd.close();
  }
}

/** Whoever came from a range, as peers of their own. */
function membersOf(of: string, group: string, answer: ReadonlyMap<string, Neighbor>): [string, NeighborState][] {
  return [...answer].flatMap(([address, { group: its, ...state }]): [string, NeighborState][] =>
    its === group ? [[`${of} ${address}`, { ...state, member: { of, address } }]] : [],
  );
}

function joined(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([
    ...a,
    ...Array.from(b, ([name, text]): [string, string] => [name, [a.get(name), text].filter(Boolean).join("; ")]),
  ]);
}
