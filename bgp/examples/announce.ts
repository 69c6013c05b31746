/** Announces /32 routes to one router until it is told to stop: `node bgp/examples/announce.ts --help`. */
import { appendFileSync, writeFileSync } from "node:fs";
import { Afi } from "bgp-ts-codec";
import { Speaker } from "@herald/bgp";
import type { Log, Route, SpeakerEvent } from "@herald/bgp";
import { parseArguments, USAGE, UsageError } from "./arguments.ts";
import type { Arguments } from "./arguments.ts";
import { nodeHost } from "./node-host.ts";

/** 172.16.0.0. */
const FIRST = 0xac10_0000;
const PEER = "router";

const SILENT: Log = { debug: () => undefined, info: () => undefined, warn: () => undefined };

function routes(count: number): Route[] {
  const attributes = {};
  return Array.from({ length: count }, (_, i) => ({
    prefix: { afi: Afi.Ipv4, address: FIRST + i, length: 32 },
    attributes,
  }));
}

/** One line each, with the milliseconds since the program began. */
function reporter(json: boolean): (event: string, fields: Record<string, unknown>, text: string) => void {
  const began = performance.now();
  return (event, fields, text) => {
    const milliseconds = Math.round((performance.now() - began) * 10) / 10;
    const line = json ? JSON.stringify({ event, milliseconds, ...fields }) : `${milliseconds} ms  ${text}`;
    process.stdout.write(`${line}\n`);
  };
}

function announce({ local, peer, peerPort, localAs, remoteAs, count, hold, routerId, record, json }: Arguments): void {
  const report = reporter(json);
  let openSent = 0;
  const since = (): number => Math.round((performance.now() - openSent) * 10) / 10;
  const onEvent = (event: SpeakerEvent): void => {
    switch (event.type) {
      case "state":
        if (event.to === "OpenSent") {
          openSent = performance.now();
          report("connected", {}, `connected to ${peer}, OPEN sent`);
        } else if (event.to === "Established") {
          report("established", { after: since() }, `established ${since()} ms after OPEN`);
        } else if (event.from === "Established") {
          report("down", { reason: event.reason }, `down: ${event.reason ?? "unknown"}`);
        }
        break;
      case "error":
        report("error", { direction: event.error.direction, text: event.error.text }, `error: ${event.error.text}`);
        break;
      case "synced":
        report("synced", { routes: count, after: since() }, `${count} routes written ${since()} ms after OPEN`);
        break;
      case "unsent":
        report("unsent", { routes: event.unsent.length }, `${event.unsent.length} routes cannot be sent`);
        break;
    }
  };
  if (record !== undefined) writeFileSync(record, "");
  const speaker = new Speaker({
    host: nodeHost(SILENT),
    onEvent,
    ...(record !== undefined && { record: (event) => appendFileSync(record, `${JSON.stringify(event)}\n`) }),
  });
  speaker.addPeer({
    name: PEER,
    remoteAddress: peer,
    remotePort: peerPort,
    localAddress: local,
    localAs,
    remoteAs,
    bgpId: routerId,
    holdTime: hold,
    connectRetryTime: 5,
    families: { ipv4: true, ipv6: false },
  });
  speaker.setRoutes(PEER, routes(count));
  const leave = (): void => {
    report("leaving", {}, "leaving");
    void speaker.close({ mode: "withdraw", text: "the example ends" });
  };
  process.once("SIGTERM", leave);
  process.once("SIGINT", leave);
}

try {
  const values = parseArguments(process.argv.slice(2));
  if (values === "help") process.stdout.write(`${USAGE}\n`);
  else announce(values);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n\n${USAGE}\n`);
  process.exitCode = 2;
}
