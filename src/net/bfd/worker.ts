/** The BFD thread: sessions on sockets and a loop of their own, so that nothing the main thread does can delay a packet. */
import { createHash, getRandomValues } from "node:crypto";
import type { MessagePort } from "node:worker_threads";
import { receiveMessageOnPort, workerData } from "node:worker_threads";
import { MULTIHOP_PORT, SINGLE_HOP_PORT, Sessions } from "@herald/bfd";
import type { Path } from "@herald/bfd";
import { bfdCalls, silencer } from "./calls.ts";
import { Echoes } from "./echoes.ts";
import { Loop } from "./loop.ts";
import type { Answer, Request } from "./messages.ts";
import { packetCalls } from "./packet-calls.ts";
import { raisePriority } from "./priority.ts";
import { Sockets } from "./sockets.ts";

export interface WorkerData {
  readonly port: MessagePort;
  /** The bell's descriptor. */
  readonly bell: number;
}

/** Before the end AdminDown is said so often, with so many milliseconds between. */
const FAREWELLS = 3;
const FAREWELL_PAUSE = 10;

/** Requests taken before packets and timers have their turn again. */
const REQUESTS = 4;

/** Milliseconds between looks at whether interfaces still have the names they had. */
const NAMES = 1000;

function isWorkerData(data: unknown): data is WorkerData {
  return typeof data === "object" && data !== null && "port" in data && "bell" in data;
}

const now = (): number => performance.now();

function work({ port, bell }: WorkerData): void {
  const calls = bfdCalls();
  const quieten = silencer(bell);
  const scheduling = raisePriority();
  const echoes = new Echoes({ calls: packetCalls, now });
  const sockets = new Sockets({ calls, random, now, heard: (address, place) => echoes.heard(address, place) });
  const say = (answer: Answer): void => port.postMessage(answer, []);

  /** There may be more requests than were taken. */
  let more = false;

  function listen(): void {
    quieten();
    more = true;
    for (let i = 0; i < REQUESTS; i++) {
      const one = receiveMessageOnPort(port);
      if (one === undefined) {
        more = false;
        return;
      }
      const request: Request = one.message;
      hear(request);
    }
  }

  const loop = new Loop({
    now,
    wait: (milliseconds) => calls.wait([bell, ...sockets.descriptors, ...echoes.descriptors], more ? 0 : milliseconds),
    read: () => {
      sockets.read((datagram) => sessions.receive(datagram));
      echoes.read((payload) => sessions.receiveEcho(payload));
      listen();
    },
  });
  const sessions = new Sessions({
    host: {
      clock: loop,
      random,
      open: (options) => sockets.open(options),
      openEcho: (options) => echoes.open(options),
      digest: (algorithm, bytes) => createHash(algorithm).update(bytes).digest(),
    },
    onEvent: (event) => say({ type: "event", event }),
  });

  function hear(request: Request): void {
    switch (request.type) {
      case "set": {
        const problem = sessions.set(request.user, request.path, request.config);
        if (problem !== undefined) say({ type: "refused", user: request.user, problem });
        break;
      }
      case "remove":
        sessions.remove(request.user);
        break;
      case "status": {
        const observed = sessions.status().map((one) => {
          const trouble = sockets.trouble(channelOf(one.path)) ?? echoes.trouble(one.path.address);
          return { ...one, ...(trouble !== undefined && { trouble }) };
        });
        const { report } = loop.lateness;
        say({
          type: "status",
          status: { sessions: observed, dropped: sessions.dropped, lateness: report, scheduling },
        });
        break;
      }
      case "leave":
        leave(FAREWELLS);
        break;
    }
  }

  function leave(left: number): void {
    if (left > 0) {
      sessions.leave();
      loop.setTimer(FAREWELL_PAUSE, () => leave(left - 1));
      return;
    }
    sessions.close();
    sockets.close();
    echoes.close();
    say({ type: "left" });
    loop.stop();
  }

  function lookAround(): void {
    sockets.forgetNames();
    loop.setTimer(NAMES, lookAround);
  }

  lookAround();
  loop.run();
  port.close();
}

function channelOf({ multihop, ...ends }: Path) {
  return { ...ends, port: multihop ? MULTIHOP_PORT : SINGLE_HOP_PORT, ttl: 255 };
}

const pool = new Uint32Array(256);
let unused = 0;

/** Not to be guessed, and a system call only every 256 numbers. */
function random(): number {
  if (unused === 0) {
    getRandomValues(pool);
    unused = pool.length;
  }
  unused--;
  return (pool[unused] ?? 0) / 0x1_0000_0000;
}

const data: unknown = workerData;
if (isWorkerData(data)) work(data);
