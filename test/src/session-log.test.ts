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

const BFD = { type: "bfd", peer: "tor", diagnostic: "none", remoteState: "Up", remoteDiagnostic: "none" } as const;

t.test("BFD: a failure is a warning, coming up and going down on purpose is told, what is below Up is not", (t) => {
  const lines = said(
    { ...BFD, state: "Init", failure: false },
    { ...BFD, state: "Up", failure: false },
    { ...BFD, state: "Down", failure: true, diagnostic: "control detection time expired" },
    { ...BFD, state: "Init", failure: false },
    { ...BFD, state: "Up", failure: false },
    { ...BFD, state: "Down", failure: false, remoteState: "AdminDown", remoteDiagnostic: "administratively down" },
  );
  t.same(lines, [
    "debug bfd session changed tor Init none Up none",
    "info bfd session changed tor Up none Up none",
    "warn bfd session failed tor Down control detection time expired Up none",
    "debug bfd session changed tor Init none Up none",
    "info bfd session changed tor Up none Up none",
    "info bfd session changed tor Down none AdminDown administratively down",
  ]);
  t.end();
});
