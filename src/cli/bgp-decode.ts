/** `herald bgp decode`: BGP messages as JSON, one object a line, with the verdict that RFC 7606 asks for. */
import { describeMessage, frames, readHex } from "../describe/index.ts";
import type { DecodeArguments } from "./options.ts";
import { Exit, UsageError } from "./system.ts";
import type { System } from "./system.ts";

/** Without arguments the hex comes from stdin. */
export async function runDecode(hex: readonly string[], options: DecodeArguments, system: System): Promise<Exit> {
  const texts =
    hex.length > 0
      ? hex.map((text, index) => ({ where: `argument ${index + 1}`, text }))
      : [{ where: "stdin", text: await system.input() }];
  const read = readHex(texts);
  if ("problem" in read) throw new UsageError(read.problem);
  const context = {
    as4: options.as4,
    ebgp: options.ibgp !== true,
    addPath: { ipv4: options.addPath, ipv6: options.addPath },
    extendedMessages: options.extended,
  };
  let exit: Exit = Exit.Ok;
  for (const message of frames(read.bytes)) {
    const described = describeMessage(message, context);
    if (described.verdict !== "ok") exit = Exit.Problems;
    system.out(`${JSON.stringify(described)}\n`);
  }
  return exit;
}
