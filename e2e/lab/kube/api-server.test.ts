import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import t from "tap";
import { ApiServer, Lab, until } from "../index.ts";

const SERVICE = `apiVersion: v1
kind: Service
metadata: { name: web }
spec: { type: LoadBalancer, ports: [{ port: 80 }] }
`;

async function can(api: ApiServer, verb: string): Promise<string> {
  const ask = ["auth", "can-i", verb, "services", "--as", "system:kube-proxy"];
  // It exits with 1 where the answer is no.
  return (await api.kubectl(ask).catch(() => "no")).trim();
}

if (process.getuid?.() !== 0) t.plan(0, "needs root: a lab is made of network namespaces");
else {
  t.test("a real API server in a host of a lab", async (t) => {
    await using lab = await Lab.up("deploy/clab/api-server.clab.yml");
    const api = await ApiServer.start(lab.node("control"));
    t.equal(api.url, "https://10.0.0.10:6443");

    t.match(await api.kubectl(["version"]), /Server Version: v1\.36\.3/);
    await api.kubectl(["apply", "-f", "-"], { input: SERVICE });
    t.match(await api.kubectl(["get", "service", "web", "-o", "name"]), /service\/web/);

    await t.test("others than admin may do what Kubernetes lets them", async (t) => {
      t.equal(await can(api, "watch"), "yes");
      t.equal(await can(api, "delete"), "no");
    });

    await t.test("a ServiceAccount's token is good for a kubeconfig", async (t) => {
      await api.kubectl(["create", "serviceaccount", "visitor"]);
      const token = (await api.kubectl(["create", "token", "visitor"])).trim();
      const file = api.kubeconfigOf("visitor", token);
      const { stdout } = await api.place.exec(api.program("kubectl"), ["--kubeconfig", file, "auth", "whoami"]);
      t.match(stdout, /system:serviceaccount:default:visitor/);
    });

    await t.test("both can be killed and come back with what they had", async (t) => {
      await api.task("kube-apiserver").stop("SIGKILL");
      await t.rejects(api.kubectl(["get", "service", "web"]), { message: /refused/ });
      await api.task("etcd").stop("SIGKILL");
      await api.run("etcd");
      await api.run("kube-apiserver");
      t.match(await api.kubectl(["get", "service", "web", "-o", "name"]), /service\/web/);
    });
  });
}

t.test("a real API server on the loopback of this host, that leaves nothing", async (t) => {
  const before = new Set(readdirSync(tmpdir()));
  let pid = 0;
  {
    await using api = await ApiServer.onLoopback();
    pid = api.task("kube-apiserver").pid;
    t.match(api.url, /^https:\/\/127\.0\.0\.1:\d+$/);
    await api.kubectl(["apply", "-f", "-"], { input: SERVICE });
    t.match(await api.kubectl(["get", "service", "web", "-o", "name"]), /service\/web/);
  }
  const own = readdirSync(tmpdir()).filter((name) => !before.has(name) && name.startsWith(`hl-${process.pid}-`));
  t.same(own, []);
  await until("the server's process to be gone", () => !existsSync(`/proc/${pid}`) || undefined);
});
