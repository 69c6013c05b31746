import { join } from "node:path";
import { LINK, nothing } from "./speaker.ts";
import type { BenchSpeaker } from "./speaker.ts";

const root = join(import.meta.dirname, "../../..");

/** The arguments of the library's example: `count` routes to a sink. */
export function announceArguments(
  count: number,
  { local, peer, port, hold = 90 }: { local: string; peer: string; port: number; hold?: number },
): string[] {
  const session = ["--local", local, "--peer", peer, "--peer-port", String(port), "--hold", String(hold)];
  const numbers = ["--local-as", String(LINK.speakerAs), "--remote-as", String(LINK.sinkAs), "--count", String(count)];
  return [join(root, "bgp/examples/announce.ts"), ...session, ...numbers];
}

/** Herald's library alone, as its example uses it. */
export const herald: BenchSpeaker = {
  name: "Herald",
  async start(node, _config, count) {
    const args = announceArguments(count, { local: LINK.speaker, peer: LINK.sink, port: 179 });
    return { pid: node.spawn(process.execPath, args).pid, go: nothing };
  },
};

/** Not a speaker but a stream of bytes that is ready beforehand: what the sink and the link can take. */
export const replay: BenchSpeaker = {
  name: "bytes alone",
  async start(node, _config, count) {
    const args = [join(root, "test/bench/sink/replay.ts"), LINK.sink, "179", String(count)];
    return { pid: node.spawn(process.execPath, args).pid, go: nothing };
  },
};
