/** The short form of `make soak`. */
import t from "tap";
import { isRoot } from "../interop/pair.ts";
import { soak } from "./soak-lab.ts";

if (isRoot(t)) {
  t.test(
    "a busy machine makes no peer look dead: 20 sessions at 50 ms x 3, main thread and cores at 100 %",
    async (t) => {
      for (const host of await soak({ sessions: 20, interval: 50, seconds: 15, load: true })) {
        t.match(host, { up: 20, failures: 0 });
        const late = [host.p99, host.p9999, host.worst].map((time) => `${time.toFixed(2)} ms`);
        t.comment(
          `${host.fired} timers, late by 99 % ${late[0]}, 99.99 % ${late[1]}, worst ${late[2]}; ${host.scheduling}`,
        );
      }
    },
  );

  t.test("nor do echo packets", async (t) => {
    for (const host of await soak({ sessions: 20, interval: 50, seconds: 10, load: true, echo: true })) {
      t.match(host, { up: 20, failures: 0 });
      t.ok(host.echoes > 20 * 10 * 15, `${host.echoes} came back`);
    }
  });

  t.test("200 sessions at 100 ms x 3", async (t) => {
    for (const host of await soak({ sessions: 200, interval: 100, seconds: 5, load: false })) {
      t.match(host, { up: 200, failures: 0 });
      t.comment(`${(host.cpu * 100).toFixed(1)} % of a core, late by 99 % ${host.p99.toFixed(2)} ms`);
    }
  });
}
