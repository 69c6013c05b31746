import t from "tap";
import { LOG_LEVELS, createLogger, defaultFormat } from "../../../src/log/index.ts";
import type { LogFormat, LogLevel } from "../../../src/log/index.ts";
import { Secret } from "../../../src/model/config.ts";
import { recordingLog } from "../../support/recording-log.ts";

function collect(level: LogLevel, format: LogFormat) {
  const lines: string[] = [];
  return { lines, log: createLogger({ level, format, write: (line) => void lines.push(line) }) };
}

/** How many of one record of each level are said. */
function said(level: LogLevel): number {
  const { log, lines } = collect(level, "json");
  log.debug("stopping", { reason: "a" });
  log.info("stopping", { reason: "a" });
  log.warn("stopping", { reason: "a" });
  log.error("stopping", { reason: "a" });
  return lines.length;
}

t.test("each level says what is at or above it", (t) => {
  t.same(LOG_LEVELS.map(said), [4, 4, 3, 2, 1, 0]);
  t.end();
});

t.test("JSON has level, time, message and fields", (t) => {
  const { log, lines } = collect("info", "json");
  log.child({ node: "n1" }).info("starting", { command: "run", version: "1" });
  t.match(
    lines[0],
    /^\{"level":"info","time":"20[^"]+Z","node":"n1","command":"run","version":"1","msg":"starting"\}\n$/,
  );
  t.end();
});

t.test("text is one line for people", (t) => {
  const { log, lines } = collect("info", "text");
  log.warn("problem", { severity: "error", problem: "a b\nc", where: "pools.yaml:3" });
  t.match(
    lines[0],
    /^\d\d:\d\d:\d\d\.\d{3} WARN {2}problem {2}severity=error {2}problem="a b\\nc" {2}where=pools.yaml:3\n$/,
  );
  t.end();
});

t.test("text on a terminal, JSON elsewhere", (t) => {
  t.same([defaultFormat(true), defaultFormat(false)], ["text", "json"]);
  t.end();
});

t.test("no secret is ever said, and every value has a plain form", (t) => {
  const { log, records } = recordingLog();
  const peer = {
    address: "192.0.2.1",
    password: "hunter2",
    auth: new Secret("hunter2"),
    nested: { md5Key: "hunter2" },
  };
  log.open("bgp").info("any message", {
    peer,
    key: new Secret("hunter2"),
    routes: new Map([["a", 1n]]),
    families: new Set([4, 6]),
    error: new Error("down"),
    bytes: Uint8Array.of(1, 255),
    at: new Date(0),
    deep: { a: { b: { c: { d: { e: 1 } } } } },
    odd: { toJSON: () => ({}) },
    none: null,
  });
  log.open("bgp").debug("no fields");
  log.open("bgp").warn("no fields");
  t.same(records[0], {
    level: "info",
    component: "bgp",
    msg: "any message",
    peer: { address: "192.0.2.1", password: "[secret]", auth: "[secret]", nested: { md5Key: "[secret]" } },
    key: "[secret]",
    routes: { a: "1" },
    families: [4, 6],
    error: "down",
    bytes: "01ff",
    at: "1970-01-01T00:00:00.000Z",
    deep: { a: { b: { c: { d: "…" } } } },
    odd: "…",
    none: null,
  });
  t.notMatch(JSON.stringify(records), /hunter2/);
  t.end();
});
