import { formatPrefix, MessageType } from "bgp-ts-codec";
import { array, assert, constantFrom, integer, oneof, property, record } from "fast-check";
import t from "tap";
import type { Route } from "@herald/bgp";
import { hostRoutes, Lab, PEER, prefix, route } from "../../support/bgp-lab.ts";

const PREFIXES = [
  ...Array.from({ length: 30 }, (_, i) => `192.0.2.${i}/32`),
  "10.0.0.0/8",
  "10.0.0.0/9",
  "0.0.0.0/0",
  "2001:db8::/32",
  "2001:db8::1/128",
];
/** Some fill a message each, so that a table takes several writes; one fits none. */
const ATTRIBUTES = [
  {},
  { med: 1 },
  { med: 1 },
  ...Array.from({ length: 12 }, (_, i) => ({ med: i, communities: Array<number>(900).fill(i) })),
  { communities: Array<number>(1019).fill(7) },
];

const anyPrefix = constantFrom(...PREFIXES);
const anyRoute = record({ text: anyPrefix, attributes: constantFrom(...ATTRIBUTES) });
const routes = array(anyRoute, { maxLength: 40 });

const step = oneof(
  record({ type: constantFrom("set" as const), routes }),
  record({
    type: constantFrom("update" as const),
    set: array(anyRoute, { maxLength: 8 }),
    withdraw: array(anyPrefix, { maxLength: 8 }),
  }),
  record({ type: constantFrom("pause" as const, "resume" as const, "lose" as const, "refresh" as const) }),
  record({ type: constantFrom("wait" as const), milliseconds: integer({ min: 0, max: 30 }) }),
  record({ type: constantFrom("wait" as const), milliseconds: integer({ min: 1000, max: 8000 }) }),
);

const sent = ({ attributes }: Route): string =>
  `167772162 [64512] med ${attributes.med ?? "-"} pref - ${(attributes.communities ?? []).join(",")}`.trimEnd();

function fits(one: Route): boolean {
  return one.prefix.afi === 1 && (one.attributes.communities?.length ?? 0) < 1019;
}

for (const minAdvertisementInterval of [0, 3]) {
  t.test(`whatever happens, the router has the last list in the end (interval ${minAdvertisementInterval})`, (t) => {
    assert(
      property(array(step, { minLength: 1, maxLength: 25 }), (steps) => {
        const lab = new Lab({ agreeable: true, window: 300, mark: 100 });
        lab.speaker.addPeer({ ...PEER, minAdvertisementInterval, families: { ipv4: true, ipv6: true }, holdTime: 0 });
        lab.speaker.setRoutes(PEER.name, []);
        const model = new Map<string, Route>();
        for (const one of steps) {
          switch (one.type) {
            case "set":
              model.clear();
              for (const { text, attributes } of one.routes) model.set(text, route(text, attributes));
              lab.speaker.setRoutes(
                PEER.name,
                one.routes.map(({ text, attributes }) => route(text, attributes)),
              );
              break;
            case "update":
              for (const text of one.withdraw) model.delete(text);
              for (const { text, attributes } of one.set) model.set(text, route(text, attributes));
              lab.speaker.updateRoutes(PEER.name, {
                set: one.set.map(({ text, attributes }) => route(text, attributes)),
                withdraw: one.withdraw.map(prefix),
              });
              break;
            case "pause":
              lab.routers.at(-1)?.connection.pause();
              break;
            case "resume":
              lab.routers.at(-1)?.connection.resume();
              break;
            case "lose":
              lab.routers.at(-1)?.connection.destroy();
              break;
            case "refresh":
              lab.routers.at(-1)?.send({ type: MessageType.RouteRefresh, afi: 1, subtype: 0, safi: 1 });
              break;
            case "wait":
              lab.clock.advance(one.milliseconds);
              break;
          }
        }
        for (const { connection } of lab.routers) connection.resume();
        lab.clock.advance(30_000);
        const expected = [...model].filter(([, one]) => fits(one)).map(([text, one]) => `${text} ${sent(one)}`);
        const found = [...lab.router.table].map(([text, what]) => `${text} ${what}`);
        const { routes: count, advertised, pending, unsent, state } = lab.status;
        t.equal(state, "Established");
        t.strictSame(found.toSorted(), expected.toSorted());
        t.strictSame([count, advertised, pending], [model.size, expected.length, 0]);
        t.strictSame(
          unsent.map((one) => formatPrefix(one.prefix)).toSorted(),
          [...model].flatMap(([text, one]) => (fits(one) ? [] : [text])).toSorted(),
        );
        return t.passing();
      }),
      { numRuns: 150 },
    );
    t.end();
  });
}

t.test("routes that change, also back and forth, while the table goes out are right at its end", (t) => {
  const table = hostRoutes(20_000);
  const flip = record({
    wait: integer({ min: 0, max: 40 }),
    index: integer({ min: 0, max: 19_999 }),
    to: constantFrom("gone" as const, "other" as const, "same" as const),
    back: constantFrom(true, false),
    refresh: constantFrom(false, false, true),
  });
  const name = PEER.name;
  assert(
    property(array(flip, { minLength: 1, maxLength: 6 }), (flips) => {
      const lab = new Lab({ agreeable: true, window: 3000, mark: 1000 });
      lab.speaker.addPeer(PEER);
      lab.speaker.setRoutes(name, table);
      lab.clock.until(() => (lab.routers[0]?.updates.length ?? 0) > 0);
      const expected = new Map(table.map((one) => [formatPrefix(one.prefix), sent(one)]));
      for (const { wait, index, to, back, refresh } of flips) {
        lab.clock.advance(wait);
        const one = table[index];
        if (one === undefined) continue;
        const text = formatPrefix(one.prefix);
        const other = { ...one, attributes: { med: 7 } };
        if (to === "gone") lab.speaker.updateRoutes(name, { set: [], withdraw: [one.prefix] });
        else lab.speaker.updateRoutes(name, { set: [to === "other" ? other : one], withdraw: [] });
        if (back) lab.speaker.updateRoutes(name, { set: [one], withdraw: [] });
        if (refresh) lab.router.send({ type: MessageType.RouteRefresh, afi: 1, subtype: 0, safi: 1 });
        if (back || to === "same") expected.set(text, sent(one));
        else if (to === "gone") expected.delete(text);
        else expected.set(text, sent(other));
      }
      lab.clock.until(() => lab.router.endOfRib.length > 0);
      lab.clock.advance(2000);
      const found = [...lab.router.table].map(([text, what]) => `${text} ${what}`).toSorted();
      const wanted = [...expected].map(([text, what]) => `${text} ${what}`).toSorted();
      return found.length === wanted.length && found.every((line, i) => line === wanted[i]);
    }),
    { numRuns: 30 },
  );
  t.end();
});
