import t from "tap";
import { SessionLog } from "../../src/session-log.ts";
import type { BackendEvent } from "../../src/backend/backend.ts";
import { recordingLog } from "../support/recording-log.ts";

function said(...events: readonly BackendEvent[]): string[] {
  const { log, records } = recordingLog();
  const sessions = new SessionLog(log);
  for (const event of events) sessions.hear(event);
  return records.map(({ level, msg, ...rest }) =>
    `${String(level)} ${String(msg)} ${Object.values(rest).join(" ")}`.trimEnd(),
  );
}

const DIAL: readonly BackendEvent[] = [
  { type: "session", peer: "tor", state: "Connect" },
  { type: "error", peer: "tor", text: "refused" },
  { type: "session", peer: "tor", state: "Idle", reason: "connection failed" },
];

t.test("attempts that fail alike are told of once", (t) => {
  const warnings = said(...DIAL, ...DIAL, ...DIAL).filter((line) => !line.startsWith("debug"));
  t.same(warnings, ["warn session trouble refused tor"]);
  t.end();
});

t.test("another trouble is told, and the same one again after the session was up", (t) => {
  const lines = said(
    ...DIAL,
    { type: "error", peer: "tor", text: "no route" },
    { type: "session", peer: "tor", state: "Established" },
    { type: "synced", peer: "tor" },
    { type: "session", peer: "tor", state: "Idle", reason: "hold timer expired" },
    ...DIAL,
    { type: "error", text: "the backend is gone" },
  ).filter((line) => !line.startsWith("debug session"));
  t.same(lines, [
    "warn session trouble refused tor",
    "warn session trouble no route tor",
    "info session up tor",
    "debug peer is in step tor",
    "warn session down tor Idle hold timer expired",
    "warn session trouble refused tor",
    "warn session trouble the backend is gone",
  ]);
  t.end();
});
