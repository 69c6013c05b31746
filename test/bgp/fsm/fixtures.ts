/** Configurations and machines as the tests of the state machine start from. */
import type { FsmConfig, Machine, State, TimerName } from "../../../bgp/fsm/index.ts";

export const CONFIG: FsmConfig = {
  connectRetryTime: 120,
  openHoldTime: 240,
  passive: false,
  damping: { initial: 60, max: 300, stable: 400 },
  sendNotificationWithoutOpen: false,
  collisionDetectEstablishedState: false,
};

/** What a word of the table's "with" column changes in the configuration. */
const CONFIG_WORDS: Readonly<Record<string, (config: FsmConfig) => FsmConfig>> = {
  undamped: ({ damping: _damping, ...config }) => config,
  passive: (config) => ({ ...config, passive: true }),
  "delay-open": (config) => ({ ...config, delayOpenTime: 10 }),
  delaying: (config) => ({ ...config, delayOpenTime: 10 }),
  "without-open": (config) => ({ ...config, sendNotificationWithoutOpen: true }),
  "send-hold": (config) => ({ ...config, sendHoldTime: 200 }),
  "no-send-hold": (config) => ({ ...config, sendHoldTime: 0 }),
};

/** What a word of the table's "with" column changes in the machine. */
const MACHINE_WORDS: Readonly<Record<string, (machine: Machine) => Machine>> = {
  waiting: (machine) => ({ ...machine, running: ["IdleHold"] }),
  delaying: (machine) => ({ ...machine, running: ["DelayOpen"] }),
  hold0: (machine) => ({ ...machine, holdTime: 0, keepaliveTime: 0, running: [] }),
  penalised: (machine) => ({ ...machine, idleHoldTime: 60 }),
  unstable: (machine) => ({ ...machine, idleHoldTime: 60, running: [...machine.running, "IdleHold"] }),
};

/** The timers that run in a state at rest. */
const RUNNING: Readonly<Record<State, readonly TimerName[]>> = {
  Idle: [],
  Connect: ["ConnectRetry"],
  Active: ["ConnectRetry"],
  OpenSent: ["Hold"],
  OpenConfirm: ["Keepalive", "Hold"],
  Established: ["Keepalive", "Hold", "SendHold"],
};

function isNegotiated(state: State): boolean {
  return state === "OpenConfirm" || state === "Established";
}

export function machineIn(state: State): Machine {
  return {
    state,
    connectRetryCounter: 3,
    holdTime: isNegotiated(state) ? 90 : 0,
    keepaliveTime: isNegotiated(state) ? 30 : 0,
    idleHoldTime: 0,
    held: false,
    running: RUNNING[state],
  };
}

export function configWith(words: readonly string[]): FsmConfig {
  return words.reduce((config, word) => CONFIG_WORDS[word]?.(config) ?? config, CONFIG);
}

export function machineWith(state: State, words: readonly string[]): Machine {
  return words.reduce((machine, word) => MACHINE_WORDS[word]?.(machine) ?? machine, machineIn(state));
}

export function isKnownWord(word: string): boolean {
  return word in CONFIG_WORDS || word in MACHINE_WORDS;
}
