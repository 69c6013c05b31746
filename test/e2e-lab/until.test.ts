import t from "tap";
import { until } from "../../e2e/lab/until.ts";

t.test("it resolves with the first answer", async (t) => {
  t.equal(await until("a number", () => 3), 3);
  t.equal(await until("a number", () => Promise.resolve(0)), 0, "any answer but undefined");
});

t.test("when the time is over it says what was awaited and what was seen last", async (t) => {
  const options = { timeoutMs: 0 };
  await t.rejects(
    until("a route", () => undefined, options),
    { message: "waited 0 ms for a route" },
  );
  await t.rejects(
    until("a route", () => undefined, { ...options, seen: () => ({ routes: 2 }) }),
    { message: 'waited 0 ms for a route; last seen: {"routes":2}' },
  );
  await t.rejects(
    until("a route", () => Promise.reject(new Error("refused")), options),
    { message: "waited 0 ms for a route; last seen: refused" },
  );
});
