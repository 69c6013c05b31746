import { inspect } from "node:util";
import t from "tap";
import {
  compareAddresses,
  contains,
  formatAddress,
  formatPrefix,
  formatRange,
  hostPrefix,
  mask,
  overlaps,
  prefixKey,
  rangeOf,
  sameAddress,
  width,
} from "../../../src/model/address.ts";
import type { Address, AddressRange } from "../../../src/model/address.ts";
import { Secret } from "../../../src/model/config.ts";

const v4: Address = { family: 4, value: 0xc0000205n };
const v6: Address = { family: 6, value: (0x20010db8n << 96n) + 5n };

t.test("addresses, prefixes and ranges have one text form", (t) => {
  t.equal(formatAddress(v4), "192.0.2.5");
  t.equal(formatAddress(v6), "2001:db8::5");
  t.equal(formatPrefix(mask(v4, 24)), "192.0.2.0/24");
  t.equal(formatPrefix(hostPrefix(v6)), "2001:db8::5/128");
  t.equal(formatRange(rangeOf(mask(v4, 24))), "192.0.2.0-192.0.2.255");
  t.end();
});

t.test("a prefix covers its range, up to everything", (t) => {
  t.same([width(4), width(6)], [32, 128]);
  t.same(rangeOf(mask(v4, 32)), { family: 4, first: v4.value, last: v4.value });
  t.same(rangeOf(mask(v6, 0)), { family: 6, first: 0n, last: (1n << 128n) - 1n });
  t.end();
});

t.test("no two prefixes have one key", (t) => {
  const values = [0n, 1n, 64n, 0x7fffffffn, 0x80000000n, 0xc0000205n, 0xffffffffn];
  const addresses = values.flatMap((value): Address[] => [
    { family: 4, value },
    { family: 6, value },
    { family: 6, value: value << 96n },
  ]);
  const prefixes = addresses.flatMap((address) =>
    [0, 1, 24, 31, 32, 64, 128].flatMap((length) => (length > width(address.family) ? [] : mask(address, length))),
  );
  const keys = new Map(prefixes.map((prefix) => [formatPrefix(prefix), prefixKey(prefix)]));
  t.equal(new Set(keys.values()).size, keys.size);
  for (const prefix of prefixes) t.equal(prefixKey({ ...prefix }), keys.get(formatPrefix(prefix)));
  t.equal(prefixKey(hostPrefix(v4)), 0xc0000205 | 0);
  t.end();
});

t.test("ranges hold addresses and overlap within one family only", (t) => {
  const range: AddressRange = { family: 4, first: 10n, last: 20n };
  t.ok(contains(range, { family: 4, value: 10n }) && contains(range, { family: 4, value: 20n }));
  t.notOk(contains(range, { family: 4, value: 21n }) || contains(range, { family: 6, value: 15n }));
  t.ok(overlaps(range, { family: 4, first: 20n, last: 30n }));
  t.notOk(
    overlaps(range, { family: 4, first: 21n, last: 30n }) || overlaps(range, { family: 6, first: 0n, last: 99n }),
  );
  t.end();
});

t.test("addresses are ordered IPv4 before IPv6, then by value", (t) => {
  const all = [v6, { family: 4, value: 9n } as const, v4];
  t.same(all.toSorted(compareAddresses), [all[1], v4, v6]);
  t.equal(compareAddresses(v4, { ...v4 }), 0);
  t.ok(sameAddress(v4, { ...v4 }));
  t.notOk(sameAddress(v4, { ...v4, family: 6 }));
  t.end();
});

t.test("a secret shows itself to nobody who does not ask", (t) => {
  const secret = new Secret("hunter2");
  t.equal(String(secret) + JSON.stringify({ secret }), '[secret]{"secret":"[secret]"}');
  t.equal(inspect({ secret }), "{ secret: [secret] }");
  t.equal(secret.reveal(), "hunter2");
  t.ok(secret.equals(new Secret("hunter2")));
  t.notOk(secret.equals(new Secret("hunter3")));
  t.end();
});
