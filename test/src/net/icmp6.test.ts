import { execFileSync } from "node:child_process";
import { join } from "node:path";
import t from "tap";
import { errorOfErrno } from "../../../src/net/errors.ts";
import { openIcmp6 } from "../../../src/net/icmp6.ts";

const skip = process.getuid?.() === 0 ? false : "needs root: a raw socket";

t.test("an interface that is not there is told by name", { skip }, (t) => {
  t.throws(() => openIcmp6("nosuch0"), /SO_BINDTODEVICE nosuch0: .*there is no such interface or VRF/);
  t.end();
});

t.test("the interface that is there can be listened on, and nothing blocks", { skip }, (t) => {
  const socket = openIcmp6("lo");
  t.same(socket.receive(), []);
  socket.close();
  t.end();
});

t.test("without the right to raw sockets the error says which one is missing", (t) => {
  t.match(errorOfErrno("socket", "eth1", 1).message, /CAP_NET_RAW/);
  t.end();
});

const VETH = [
  "echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad",
  "ip link add dev far type veth peer name near",
  "ip link set far up",
  "ip link set near up",
  'exec "$0" "$1"',
].join(" && ");

t.test(
  "a router advertisement that was forwarded (hop limit 64) is none; a ping may be answered with any",
  { skip },
  (t) => {
    const script = join(import.meta.dirname, "../../support/hop-limits.ts");
    const said = execFileSync("unshare", ["-n", "sh", "-c", VETH, process.execPath, script], { encoding: "utf8" });
    t.equal(said, "134/255 129/64 129/255");
    t.end();
  },
);
