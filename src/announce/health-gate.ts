/**
 * Holds back what a node would announce until it works: the health check of a Service says when the data plane of the
 * node leads to endpoints (kube-proxy answers it once its rules stand). It decides about the first announcement alone:
 * what is announced stays so, as long as the plan says.
 */
import type { Gate, Reason, ServicePlan } from "../model/announcement.ts";

interface Timer {
  cancel(): void;
}

export interface HealthGateOptions {
  /** Milliseconds. */
  readonly clock: { setTimer(milliseconds: number, fire: () => void): Timer };
  /** Asks the node. Undefined: it has endpoints; else why it is not known to. Never rejects. */
  readonly ask: (port: number) => Promise<string | undefined>;
  /** Whether a Service is announced, by the plan before the one that is to be admitted. */
  readonly announced: (service: string) => boolean;
  /** The Services that were announced before a restart and may still be at the peers; asked for where one would wait. */
  readonly earlier?: () => Promise<ReadonlySet<string>>;
  /** What `admit` answers for these Services, or `settled`, has changed. */
  readonly changed: (services: readonly string[]) => void;
}

/** Milliseconds until a Service is asked again: at first, growing twofold, at most. */
const PAUSE = [100, 2_000] as const;
/** Questions under way at once. */
const AT_ONCE = 32;
/** Milliseconds from the first question until `settled`, whoever has not answered by then. */
const SETTLE = 5_000;

/** A Service with a good answer that is not announced yet. */
const PASSED = "passed";

interface Waiting extends Gate {
  readonly service: string;
  /** The time is over: it is announced all the same. */
  overdue: boolean;
  /** Why not; undefined: it has not answered yet. */
  answer: string | undefined;
  pause: number;
  next: Timer | undefined;
  deadline: Timer | undefined;
}

export class HealthGate {
  readonly #options: HealthGateOptions;
  /** What is announced and waits for nothing is not in here. */
  readonly #services = new Map<string, typeof PASSED | Waiting>();
  /** To be asked as soon as fewer questions are under way. */
  readonly #queue = new Set<Waiting>();
  /** Never asked, or without an answer so far. */
  readonly #unanswered = new Set<Waiting>();
  #underWay = 0;
  /** Those of `earlier` that were not admitted yet. */
  #earlier = new Set<string>();
  #learning: "not yet" | "asked" | "done" = "not yet";
  #settling: Timer | undefined;
  #late = false;

  constructor(options: HealthGateOptions) {
    this.#options = options;
  }

  /** Every Service that waits has been asked once: what is announced first is what was announced before, and what works now. */
  get settled(): boolean {
    return this.#late || (this.#unanswered.size === 0 && this.#learning !== "asked");
  }

  /** The first table is told: from now on all that comes is new. */
  begin(): void {
    this.#learning = "done";
    this.#earlier.clear();
  }

  /** The plan without what has to wait, and why it waits. */
  admit(plan: ServicePlan): ServicePlan {
    const { service, announcements, reasons } = plan;
    const gate = gateOf(plan);
    if (gate !== undefined) this.#learn();
    const known = this.#services.get(service);
    const stays = known === undefined && this.#options.announced(service);
    if (gate === undefined || known === PASSED || stays || this.#earlier.delete(service)) {
      this.forget(service);
      return plan;
    }
    const waiting = this.#wait(service, gate, known);
    if (waiting.overdue) return { ...plan, reasons: [...reasons, overdueReason(waiting)] };
    const free = announcements.filter((one) => one.gate === undefined);
    return { ...plan, announcements: free, reasons: [...reasons, waitingReason(waiting)] };
  }

  /** The Service is not announced here: the next time is a first time again. */
  forget(service: string): void {
    const known = this.#services.get(service);
    this.#services.delete(service);
    if (known !== undefined && known !== PASSED) this.#end(known);
  }

  close(): void {
    for (const service of this.#services.keys()) this.forget(service);
    this.#settling?.cancel();
  }

  /** A restart loses nothing: what routers have, they keep, whatever the health check says at the moment. */
  #learn(): void {
    const { earlier, changed } = this.#options;
    if (this.#learning !== "not yet") return;
    this.#learning = earlier === undefined ? "done" : "asked";
    const learned = (services: ReadonlySet<string>): void => {
      if (this.#learning === "done") return;
      this.#learning = "done";
      this.#earlier = new Set(services);
      changed([...services].filter((service) => this.#services.has(service)));
    };
    void earlier?.().then(learned, () => learned(new Set()));
  }

  #wait(service: string, gate: Gate, known: Waiting | undefined): Waiting {
    if (known?.port === gate.port && known.wait === gate.wait) return known;
    this.forget(service);
    const waiting: Waiting = {
      service,
      ...gate,
      overdue: known?.overdue ?? false,
      answer: undefined,
      pause: PAUSE[0],
      next: undefined,
      deadline: undefined,
    };
    this.#services.set(service, waiting);
    const { clock, changed } = this.#options;
    waiting.deadline = clock.setTimer(gate.wait, () => {
      waiting.overdue = true;
      changed([service]);
    });
    this.#settling ??= clock.setTimer(SETTLE, () => {
      this.#late = true;
      changed([]);
    });
    this.#unanswered.add(waiting);
    this.#ask(waiting);
    return waiting;
  }

  #end(waiting: Waiting): void {
    waiting.next?.cancel();
    waiting.deadline?.cancel();
    this.#queue.delete(waiting);
    this.#unanswered.delete(waiting);
  }

  #ask(waiting: Waiting): void {
    if (this.#underWay >= AT_ONCE) {
      this.#queue.add(waiting);
      return;
    }
    this.#underWay += 1;
    void this.#options.ask(waiting.port).then((answer) => {
      this.#underWay -= 1;
      this.#hear(waiting, answer);
      const [next] = this.#queue;
      if (next === undefined) return;
      this.#queue.delete(next);
      this.#ask(next);
    });
  }

  #hear(waiting: Waiting, answer: string | undefined): void {
    const { service, pause } = waiting;
    if (this.#services.get(service) !== waiting) return;
    this.#unanswered.delete(waiting);
    if (answer === undefined) {
      this.forget(service);
      this.#services.set(service, PASSED);
      this.#options.changed([service]);
      return;
    }
    const news = answer !== waiting.answer;
    waiting.answer = answer;
    waiting.pause = Math.min(2 * pause, PAUSE[1]);
    waiting.next = this.#options.clock.setTimer(pause, () => this.#ask(waiting));
    if (news) this.#options.changed([service]);
  }
}

/** Of all its routes: one port, and the longest wait. */
function gateOf({ announcements }: ServicePlan): Gate | undefined {
  const gates = announcements.flatMap(({ gate }) => gate ?? []);
  return gates.reduce<Gate | undefined>((a, b) => (a !== undefined && a.wait >= b.wait ? a : b), undefined);
}

function waitingReason({ service, port, wait, answer = "no answer yet" }: Waiting): Reason {
  const text = `${service} waits up to ${wait / 1000} s for its health check on port ${port} of this node: ${answer}`;
  return { code: "awaitingHealthCheck", text };
}

function overdueReason({ service, port, wait, answer = "no answer" }: Waiting): Reason {
  const text = `${service} is announced after ${wait / 1000} s without a good health check on port ${port} of this node: ${answer}`;
  return { code: "healthCheckOverdue", text };
}
