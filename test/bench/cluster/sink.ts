/**
 * The router of the cluster bench: agrees to every session and says what it is told, one line each, with Unix milliseconds:
 * "TIME PEER + PREFIX", "TIME PEER - PREFIX", "TIME PEER end" for End-of-RIB. `node sink.ts ADDRESS PORT ASN`.
 */
import { MessageType, decodeMessage, endOfRibFamily, formatIpv4 } from "bgp-ts-codec";
import type { Ipv4Prefix, Nlri } from "bgp-ts-codec";
import { CONTEXT } from "../sink/routes.ts";
import { startSink } from "../sink/sink.ts";

const [host = "127.0.0.1", port = "0", asn = "64501"] = process.argv.slice(2);

function text(routes: readonly Nlri<Ipv4Prefix>[], head: string): string {
  return routes.map(({ prefix }) => `${head} ${formatIpv4(prefix.address)}/${prefix.length}\n`).join("");
}

const sink = await startSink({
  host,
  port: Number(port),
  asn: Number(asn),
  onUpdate(bytes, at, socket) {
    const { message, errors } = decodeMessage(bytes, CONTEXT);
    if (message?.type !== MessageType.Update || errors.length > 0) throw new Error(errors[0]?.text ?? "no UPDATE");
    const head = `${(performance.timeOrigin + at).toFixed(3)} ${socket.remoteAddress}`;
    if (endOfRibFamily(message) !== undefined) process.stdout.write(`${head} end\n`);
    else process.stdout.write(text(message.withdrawn, `${head} -`) + text(message.nlri, `${head} +`));
  },
});
process.stdout.write(`listening on ${sink.port}\n`);
