/** A recorded session run again: the same input to the same code, without a clock and without a network. */
import { MessageType } from "bgp-ts-codec";
import type { Connection, ConnectionHandlers, Dialer, DialHandlers } from "../ports.ts";
import type { SessionHandlers } from "./options.ts";
import { fromHex } from "./record.ts";
import type { RecordedEvent, RecordedInput, RecordedOutput } from "./record.ts";
import { Session } from "./session.ts";

/** A connection made of the recording: what is written to it goes nowhere. */
class ReplayedConnection implements Connection {
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly buffered = 0;
  handlers: ConnectionHandlers | undefined;

  constructor({ local, remote }: Extract<RecordedInput, { type: "connected" | "accepted" }>) {
    this.localAddress = local.address;
    this.localPort = local.port;
    this.remoteAddress = remote.address;
    this.remotePort = remote.port;
  }

  attach(handlers: ConnectionHandlers): void {
    this.handlers = handlers;
  }

  write(): boolean {
    return true;
  }

  end(): void {
    this.handlers?.close();
  }

  destroy(): void {
    this.handlers?.close();
  }
}

type Output = RecordedOutput | Extract<RecordedInput, { type: "routes" }>;

const OUTPUTS: ReadonlySet<string> = new Set<Output["type"]>(["connect", "sent", "close", "state", "routes"]);

export function isOutput(event: RecordedInput | RecordedOutput): event is Output {
  return OUTPUTS.has(event.type);
}

const nothing = (): void => undefined;

class Replay {
  readonly outputs: Output[] = [];
  readonly #inputs: RecordedInput[];
  readonly #session: Session;
  #dialling: DialHandlers | undefined;
  #connection: ReplayedConnection | undefined;

  constructor(first: Extract<RecordedInput, { type: "session" }>, inputs: readonly RecordedInput[]) {
    this.#inputs = [...inputs];
    const dialer: Dialer = {
      dial: (_options, handlers) => {
        this.#dialling = handlers;
        return { cancel: () => undefined };
      },
    };
    // Timers run out where the recording says so.
    const clock = { now: () => 0, wall: () => 0, setTimer: () => ({ cancel: () => undefined }) };
    this.#session = new Session({
      config: first.config,
      host: { clock, random: () => 0, dialer },
      handlers: this.#handlers(),
      idleHoldTime: first.idleHoldTime,
      again: first.again,
      record: (event) => {
        if (isOutput(event)) this.outputs.push(event);
      },
    });
  }

  run(): void {
    for (let input = this.#inputs.shift(); input !== undefined; input = this.#inputs.shift()) this.#feed(input);
  }

  /** The one thing that is decided outside in the middle of an input: whether a connection is given up for another. */
  #handlers(): SessionHandlers {
    const opened = (): void => {
      const [next] = this.#inputs;
      if (next?.type !== "dump" || !next.opening) return;
      this.#inputs.shift();
      this.#feed(next);
    };
    const handlers = { stateChanged: nothing, up: nothing, down: nothing, routes: nothing };
    return { ...handlers, opened, writable: nothing, error: nothing };
  }

  #feed(input: RecordedInput): void {
    const session = this.#session;
    switch (input.type) {
      case "session":
        throw new Error("a recording of one session has one event of type session");
      case "config":
        session.reconfigure(input.config);
        break;
      case "start":
        session.start();
        break;
      case "path":
        this.#session.setPathUp(input.up);
        break;
      case "stop":
        this.#stop(input);
        break;
      case "dump":
        session.dump({ type: "OpenCollisionDump", ...(input.silent && { silent: true }) });
        break;
      case "connected":
        this.#connection = new ReplayedConnection(input);
        this.#dialling?.connected(this.#connection);
        break;
      case "accepted":
        this.#connection = new ReplayedConnection(input);
        session.accept(this.#connection);
        break;
      case "failed":
        this.#dialling?.failed(new Error(input.text));
        break;
      case "received":
        this.#connection?.handlers?.data(fromHex(input.bytes));
        break;
      case "closed":
        this.#connection?.handlers?.close(input.text === undefined ? undefined : new Error(input.text));
        break;
      case "timer":
        session.expire(input.timer);
        break;
      case "routes":
        session.sendRoutes(fromHex(input.bytes), MessageType.Update, 1);
        break;
    }
  }

  #stop({ automatic, cease }: Extract<RecordedInput, { type: "stop" }>): void {
    const value = cease && { subcode: cease.subcode, data: fromHex(cease.data) };
    if (automatic && value !== undefined) this.#session.stopForNow(value);
    else this.#session.stop(value);
  }
}

/**
 * Feeds the input of one recorded session (events of one `peer` and one `session`) to a new one; answers what that one
 * does, in order. Equal to what was recorded unless the code has changed. Throws an Error for a recording that does not
 * begin with the session's configuration.
 */
export function replay(recording: readonly RecordedEvent[]): readonly Output[] {
  const [first, ...rest] = recording;
  if (first?.type !== "session") throw new Error("a recording begins with an event of type session");
  const inputs = rest.filter(
    (event): event is RecordedEvent & RecordedInput => !isOutput(event) || event.type === "routes",
  );
  const run = new Replay(first, inputs);
  run.run();
  return run.outputs;
}

/** The outputs of a recording, as `replay` answers them. */
export function outputsOf(recording: readonly RecordedEvent[]): readonly Output[] {
  return recording
    .filter((event): event is RecordedEvent & Output => isOutput(event))
    .map(({ at: _at, peer: _peer, session: _session, ...event }) => event);
}
