/** How the tests of a backend that drives a daemon go on: what is under way comes to its end, at once or after a time. */
import type { FakeClock } from "../../../support/fake-clock.ts";

export interface Steps {
  /** All that is under way and needs no time is over. */
  readonly settle: () => Promise<void>;
  /** The same after so many milliseconds. */
  readonly after: (milliseconds: number) => Promise<void>;
}

async function settle(): Promise<void> {
  for (let i = 0; i < 400; i += 1) await Promise.resolve();
}

export function steps(clock: FakeClock): Steps {
  const after = async (milliseconds: number): Promise<void> => {
    clock.advance(milliseconds);
    await settle();
  };
  return { settle, after };
}
