/** The highest priority that the calling thread may have: a busy machine must not make its peers look dead. */
import { getSystemErrorName } from "node:util";
import { foreignFunctions } from "../libc.ts";

const SCHED_RR = 2;
const PRIO_PROCESS = 0;
const HIGHEST_NICE = -20;
const PR_SET_TIMERSLACK = 29;

/** Answers in words what it is now. Threads of real-time classes come before all others; the least of them is enough. */
export function raisePriority(): string {
  const koffi = foreignFunctions();
  const libc = koffi.load(null);
  const self = libc.func("uintptr_t pthread_self()");
  const schedule = libc.func("int pthread_setschedparam(uintptr_t thread, int policy, const void *priority)");
  const setpriority = libc.func("int setpriority(int which, uint32_t who, int nice)");
  const prctl = libc.func("int prctl(int option, uintptr_t value)");
  // Timers of threads that are not real-time may be put off by 50 microseconds to save power.
  prctl(PR_SET_TIMERSLACK, 1);
  const refused: number = schedule(self(), SCHED_RR, new Int32Array([1]));
  if (refused === 0) return "real-time (round robin, priority 1)";
  if (setpriority(PRIO_PROCESS, 0, HIGHEST_NICE) === 0) return `nice ${HIGHEST_NICE}`;
  return `no higher than the process's (${getSystemErrorName(-refused)}): CAP_SYS_NICE would let a busy machine not delay it`;
}
