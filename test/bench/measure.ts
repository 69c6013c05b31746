/** Time and CPU of work in this process. */

/** Milliseconds that `work` takes. */
export function timed(work: () => void): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

/** Frees what nobody uses, so that the garbage of one measurement is not paid for in the next. */
export function collectGarbage(): void {
  globalThis.gc?.();
}

/** Several times `work`, on something new each time; `discard` runs before are not counted. */
export function samples<T>(runs: number, discard: number, prepare: () => T, work: (prepared: T) => void): number[] {
  const taken: number[] = [];
  for (let run = -discard; run < runs; run++) {
    const prepared = prepare();
    collectGarbage();
    const milliseconds = timed(() => work(prepared));
    if (run >= 0) taken.push(milliseconds);
  }
  return taken;
}
