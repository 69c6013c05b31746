import t from "tap";
import { Shared } from "../../../src/intent/shared.ts";

interface Port {
  readonly port: number;
}

t.test("equal values become the one that came first", (t) => {
  const ports = new Shared<Port>();
  const first = { port: 80 };
  t.equal(ports.of(first), first);
  t.equal(ports.of({ port: 80 }), first);
  t.same(ports.of({ port: 81 }), { port: 81 });
  t.end();
});

t.test("however many different values come, few are remembered", (t) => {
  const ports = new Shared<Port>();
  const first = { port: 0 };
  ports.of(first);
  for (let port = 1; port < 1_000; port += 1) ports.of({ port });
  t.equal(ports.of({ port: 0 }), first, "a thousand");
  const more = { port: 1_000 };
  ports.of(more);
  t.not(ports.of({ port: 0 }), first, "with one more all are forgotten");
  t.equal(ports.of({ port: 1_000 }), more, "but the last");
  t.end();
});
