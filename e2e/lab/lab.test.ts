import { join } from "node:path";
import t from "tap";
import { Lab, until } from "./index.ts";

/** Three hosts on a bridge; the last one is a router to nowhere. */
const TOPOLOGY = `name: lab-test
topology:
  defaults:
    env: { GREETING: hello }
  nodes:
    sw: { kind: bridge }
    a: { exec: [ip address add 10.9.0.1/24 dev eth1, ip -6 address add fd09::1/64 dev eth1] }
    b: { exec: [ip address add 10.9.0.2/24 dev eth1, ip -6 address add fd09::2/64 dev eth1] }
    c:
      sysctls: { net.ipv4.ip_forward: 0 }
      exec:
        - ip address add 10.9.0.3/24 dev eth1
        - ip route add 198.51.100.0/24 nexthop via 10.9.0.1 weight 1 nexthop via 10.9.0.2 weight 2
  links:
    - endpoints: ["sw:port1", "a:eth1"]
    - endpoints: ["sw:port2", "b:eth1"]
    - endpoints: ["sw:port3", "c:eth1"]
`;

/** Prints how an attempt to connect ended. */
const CONNECT = `require("net").connect(9, process.argv[1]).on("error", ({ code }) => console.log(code))`;

if (process.getuid?.() !== 0) t.plan(0, "needs root: a lab is made of network namespaces");
else {
  const file = join(t.testdir({ "x.clab.yml": TOPOLOGY }), "x.clab.yml");

  t.test("hosts on a bridge reach each other at once, in both families, and a capture sees it", async (t) => {
    await using lab = await Lab.up(file);
    const [a, b] = [lab.node("a"), lab.node("b")];
    await using packets = await b.tcpdump("tcp port 9", "eth1");
    for (const address of ["10.9.0.2", "fd09::2"]) {
      const { stdout } = await a.exec(process.execPath, ["-e", CONNECT, address]);
      t.equal(stdout, "ECONNREFUSED\n", address);
      const reset = new RegExp(`${address}\\.9 > .*Flags \\[R`);
      const seen = await until("the refusal", () => packets.find(reset));
      t.ok(Math.abs(seen.at - Date.now()) < 60_000, "with its time");
    }
    t.equal(packets.find(/Flags/, Date.now() + 60_000), undefined, "nothing was seen in the future");
  });

  t.test("a node has the environment, settings and routes of its topology", async (t) => {
    await using lab = await Lab.up(file);
    const c = lab.node("c");
    t.equal(
      (await c.exec("sh", ["-c", "cat; echo $GREETING $NAME"], { input: "well, ", env: { NAME: "you" } })).stdout,
      "well, hello you\n",
    );
    t.equal((await c.exec("sysctl", ["-n", "net.ipv4.ip_forward"])).stdout, "0\n");
    t.equal((await lab.node("a").exec("sysctl", ["-n", "net.ipv4.ip_forward"])).stdout, "1\n");
    t.match(await c.routes(), [
      { dst: "10.9.0.0/24", dev: "eth1" },
      {
        dst: "198.51.100.0/24",
        nexthops: [
          { gateway: "10.9.0.1", weight: 1 },
          { gateway: "10.9.0.2", weight: 2 },
        ],
      },
    ]);
    await using changes = await c.watchRoutes();
    await c.exec("ip", ["route", "del", "198.51.100.0/24"]);
    await until("the change", () => changes.find(/^Deleted 198\.51\.100\.0\/24/));
  });

  t.test("a command that fails says which, where and why; one that hangs is ended", async (t) => {
    await using lab = await Lab.up(file);
    const a = lab.node("a");
    await t.rejects(a.exec("ip", ["link", "show", "eth9"]), {
      message: /^ip netns exec hl-\S+-a ip link show eth9: .*eth9/,
    });
    await t.rejects(a.exec("sleep", ["60"], { timeoutMs: 50 }), { message: /sleep 60/ });
    t.throws(() => lab.node("z"), { message: "lab lab-test has no node z" });
    const task = a.spawn("sh", ["-c", "echo out; echo err >&2; exec sleep 60"], { name: "both" });
    await until("its output", () => (task.output() === "out\nerr\n" ? true : undefined), { seen: () => task.output() });
    t.match(task.log, /\d-both\.log$/);
    t.equal(await task.stop(), "SIGTERM");
    t.equal(await task.stop(), "SIGTERM", "once is enough");
    t.notOk(task.running);
  });

  t.test("two labs of one topology do not know of each other", async (t) => {
    const labs = await Promise.all([Lab.up(file), Lab.up(file)]);
    t.teardown(() => Promise.all(labs.map((lab) => lab.down())));
    const [one, two] = labs;
    t.not(one.id, two.id);
    await one.down();
    t.match((await two.node("a").exec("ip", ["-brief", "link", "show", "eth1"])).stdout, /^eth1.* UP /);
  });
}
