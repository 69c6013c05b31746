/**
 * The sink as a process of its own: `node process.ts ADDRESS PORT ASN`, talked to over its IPC channel.
 * It is told what to expect and answers when that has come.
 */
import { cpuSeconds, peakMiB } from "../usage.ts";
import { PrefixCounter } from "./prefix-counter.ts";
import { updates } from "./routes.ts";
import { startSink } from "./sink.ts";

/** Told to the sink: the next session brings so many different routes, from the process `pid`. */
export interface Expect {
  readonly count: number;
  readonly pid: number;
}

/** Told by the sink when the last of them came. */
export interface Arrived {
  /** Milliseconds from the arrival of the OPEN to that of the first and of the last route. */
  readonly first: number;
  readonly last: number;
  /** Seconds of the speaker since it began, and between the two. */
  readonly cpuTotal: number;
  readonly cpuSession: number;
  readonly peakMiB: number;
  readonly updates: number;
}

/** Told by the sink when it listens. */
export interface Listening {
  readonly port: number;
}

const [host = "127.0.0.1", port = "0", asn = "64501"] = process.argv.slice(2);
let expected: Expect | undefined;
let openAt = 0;
let firstAt = 0;
let cpuAtOpen = 0;

function warmUp(): void {
  const bytes = updates(64500, 20_000);
  for (let round = 0; round < 20; round++) {
    const counter = new PrefixCounter(() => undefined);
    for (let at = 0; at < bytes.length; at += 65_536) counter.feed(bytes.subarray(at, at + 65_536));
  }
}

warmUp();
const sink = await startSink({
  host,
  port: Number(port),
  asn: Number(asn),
  onOpen(at) {
    openAt = at;
    firstAt = 0;
    cpuAtOpen = expected === undefined ? 0 : cpuSeconds(expected.pid);
  },
  onData(counter, at) {
    if (firstAt === 0 && counter.distinct > 0) firstAt = at;
    if (expected === undefined || counter.distinct < expected.count) return;
    const { pid } = expected;
    expected = undefined;
    const cpuTotal = cpuSeconds(pid);
    const arrived: Arrived = {
      first: firstAt - openAt,
      last: at - openAt,
      cpuTotal,
      cpuSession: cpuTotal - cpuAtOpen,
      peakMiB: peakMiB(pid),
      updates: counter.updates,
    };
    process.send?.(arrived);
  },
});
process.on("message", (message: Expect) => {
  expected = message;
});
process.on("disconnect", () => process.exit());
process.send?.({ port: sink.port } satisfies Listening);
