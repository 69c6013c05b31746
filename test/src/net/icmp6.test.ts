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
