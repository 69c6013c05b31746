import t from "tap";
import { AF_INET, AF_INET6, aoOption, md5Option, socketAddress, ttlOptions } from "../../../src/net/socket-options.ts";

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Families are in the machine's byte order; ports and addresses in the network's.
t.test(
  "socket addresses have the layout of Linux",
  { skip: process.arch !== "x64" && "little-endian vectors" },
  (t) => {
    t.equal(hex(socketAddress(AF_INET, "192.0.2.1", 179)), "020000b3c00002010000000000000000");
    t.equal(
      hex(socketAddress(AF_INET6, "2001:db8::1", 179)),
      "0a0000b30000000020010db800000000000000000000000100000000",
    );
    t.equal(
      hex(socketAddress(AF_INET6, "192.0.2.1", 0)),
      "0a0000000000000000000000000000000000ffffc000020100000000",
      "IPv4 on an IPv6 socket is mapped",
    );
    t.equal(
      hex(socketAddress(AF_INET6, "fe80::1%2", 0)),
      "0a00000000000000fe80000000000000000000000000000102000000",
      "with its zone",
    );
    t.throws(() => socketAddress(AF_INET, "::1", 0), { message: "::1 is not an IPv4 address" });
    t.throws(() => socketAddress(AF_INET6, "router", 0), { message: "router is not an IP address" });
    t.end();
  },
);

t.test("an MD5 key has its length, and its text at byte 136", (t) => {
  const { value, level, option } = md5Option(AF_INET, "192.0.2.1", "kéy");
  t.same([level, option, value.length, value[130], hex(value.subarray(136, 141))], [6, 14, 216, 4, "6bc3a97900"]);
  t.end();
});

t.test("an IPv6 socket gets each option for both families", (t) => {
  t.same(
    ttlOptions(AF_INET6, 255).map(({ name }) => name),
    ["IP_TTL", "IPV6_UNICAST_HOPS"],
  );
  t.same(
    ttlOptions(AF_INET, 255).map(({ name }) => name),
    ["IP_TTL"],
  );
  t.end();
});

t.test("a key for a prefix has its length beside the flag for one", (t) => {
  const { value, option, name } = md5Option(AF_INET, "10.1.0.0/16", "key");
  t.equal(name, "TCP_MD5SIG_EXT");
  t.equal(option, 32);
  t.same([value[128], value[129]], [1, 16]);
  t.same([...value.subarray(4, 8)], [10, 1, 0, 0]);
  t.end();
});

t.test(
  "a TCP-AO key (RFC 5925, RFC 5926): algorithm at byte 128, then IDs, length and text, for this one address",
  (t) => {
    const key = { key: "hush", sendId: 5, receiveId: 6, algorithm: "hmac-sha-1-96" } as const;
    const { name, level, option, value } = aoOption(AF_INET, "192.0.2.1", key);
    t.same([name, level, option, value.length], ["TCP_AO_ADD_KEY", 6, 38, 288]);
    t.same([...value.subarray(4, 8)], [192, 0, 2, 1]);
    t.equal(hex(value.subarray(128, 139)), Buffer.from("hmac(sha1)\0").toString("hex"));
    t.same([...value.subarray(202, 208)], [32, 5, 6, 0, 0, 4]);
    t.equal(hex(value.subarray(208, 213)), "6875736800");
    const six = aoOption(AF_INET6, "2001:db8::1", { ...key, algorithm: "aes-128-cmac-96" }).value;
    t.equal(six[202], 128);
    t.equal(hex(six.subarray(128, 141)), Buffer.from("cmac(aes128)\0").toString("hex"));
    t.throws(() => aoOption(AF_INET, "192.0.2.1", { ...key, key: "k".repeat(81) }), /has 81 bytes; 1 to 80/);
    t.end();
  },
);
