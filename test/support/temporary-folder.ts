import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Test } from "tap";

/** An empty folder that goes with the test, whatever becomes of it. */
export function temporaryFolder(t: Test): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "herald-test-")));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
