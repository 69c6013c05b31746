/** Waits for something real: e2e has no clock to advance. */

const PAUSE_MS = 20;

/** Asks `probe` until it answers something other than undefined; the error says what was awaited and what was seen last. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined> | T | undefined,
  options: { readonly timeoutMs?: number; readonly seen?: () => unknown } = {},
): Promise<T> {
  const { timeoutMs = 15_000 } = options;
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await probe();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) {
      const seen = options.seen?.() ?? last;
      const text = seen instanceof Error ? seen.message : typeof seen === "string" ? seen : JSON.stringify(seen);
      throw new Error(`waited ${timeoutMs} ms for ${what}${text === undefined ? "" : `; last seen: ${text}`}`);
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
