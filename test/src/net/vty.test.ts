import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { Socket } from "node:net";
import { join } from "node:path";
import t, { type Test } from "tap";
import { VtyClient } from "../../../src/net/index.ts";
import type { VtyOptions } from "../../../src/net/index.ts";
import { ManualTimers } from "../../support/manual-timers.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

interface Daemon {
  readonly path: string;
  readonly commands: string[];
  readonly sockets: Socket[];
}

/** A daemon that hands each command to `answer`. */
async function daemon(t: Test, answer: (command: string, socket: Socket) => void): Promise<Daemon> {
  const path = join(temporaryFolder(t), "bgpd.vty");
  const commands: string[] = [];
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    let text = "";
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      const parts = `${text}${bytes.toString()}`.split("\0");
      text = parts.pop() ?? "";
      for (const command of parts) {
        commands.push(command);
        answer(command, socket);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { path, commands, sockets };
}

function client(t: Test, options: Partial<VtyOptions> & { readonly path: string }): VtyClient {
  const vty = new VtyClient({ timers: new ManualTimers(), ...options });
  t.teardown(() => vty.close());
  return vty;
}

t.test("commands are answered in order, each with its text and status", async (t) => {
  const { path, commands } = await daemon(t, (command, socket) => {
    const status = command === "bad" ? 2 : 0;
    socket.write(`${command === "enable" ? "" : `said ${command}\n`}\0\0\0${String.fromCharCode(status)}`);
  });
  const vty = client(t, { path });
  const [first, second] = await Promise.all([vty.run(["enable", "bad"]), vty.run(["show"])]);
  t.same(first, [
    { command: "enable", text: "", status: 0 },
    { command: "bad", text: "said bad\n", status: 2 },
  ]);
  t.same(second, [{ command: "show", text: "said show\n", status: 0 }]);
  t.same(commands, ["enable", "bad", "show"]);
  t.same(await vty.run([]), []);
});

t.test("an answer may come in any pieces", async (t) => {
  const bytes = Buffer.from("half\0\0\0\0\0\0\0\x0d");
  const { path } = await daemon(t, (command, socket) => {
    if (command !== "one") return;
    const next = (i: number): void => {
      if (i < bytes.length) socket.write(bytes.subarray(i, i + 1), () => setImmediate(() => next(i + 1)));
    };
    next(0);
  });
  const answers = await client(t, { path }).run(["one", "two"]);
  t.same(answers, [
    { command: "one", text: "half", status: 0 },
    { command: "two", text: "", status: 13 },
  ]);
});

t.test("a daemon that hangs in the middle of an answer is given up, and the next command connects anew", async (t) => {
  const timers = new ManualTimers();
  const losses: string[] = [];
  let mute = true;
  const { path, sockets } = await daemon(t, (_, socket) => void socket.write(mute ? "half" : "\0\0\0\0"));
  const vty = client(t, { path, timers, timeout: 5000, lost: ({ message }) => losses.push(message) });
  const armed = timers.set(5000).then(() => timers.set(5000));
  const failing = t.rejects(vty.run(["show"]), /gave no answer for 5 s/);
  await armed;
  timers.advance(5000);
  await failing;
  t.equal(losses.length, 1);
  mute = false;
  t.match(await vty.run(["show"]), [{ status: 0 }]);
  t.equal(sockets.length, 2);
  t.equal(timers.count, 0, "no timer without an awaited answer");
});

t.test("a daemon that goes is told of, with what was awaited and without", async (t) => {
  const { path, sockets } = await daemon(t, (command, socket) => {
    if (command === "die") socket.destroy();
    else socket.write("\0\0\0\0");
  });
  const losses: Error[] = [];
  let heard: (() => void) | undefined;
  const lost = (error: Error): void => {
    losses.push(error);
    heard?.();
  };
  const vty = client(t, { path, lost });
  await t.rejects(vty.run(["fine", "die", "more"]), /closed the connection/);
  t.equal(losses.length, 1);
  await vty.run(["fine"]);
  const told = new Promise<void>((resolve) => (heard = resolve));
  sockets.at(-1)?.destroy();
  await told;
  t.equal(losses.length, 2);
});

t.test("an answer without end is cut off", async (t) => {
  const { path } = await daemon(t, (_, socket) => void socket.write("x".repeat(5000)));
  await t.rejects(client(t, { path, limit: 1000 }).run(["show"]), /more than 1000 bytes/);
});

t.test("a daemon that is not there is one sentence", async (t) => {
  const path = join(temporaryFolder(t), "bgpd.vty");
  writeFileSync(join(path, "..", "old.vty"), "");
  await t.rejects(client(t, { path }).run(["enable"]), /bgpd\.vty is not there: the FRR daemon does not run/);
  await t.rejects(client(t, { path: join(path, "..", "old.vty") }).run(["enable"]), /nothing listens on .*old\.vty/);
});

t.test("a command of two lines is a programming error", async (t) => {
  await t.rejects(client(t, { path: "/nowhere" }).run(["a\nb"]), /BUG/);
});
