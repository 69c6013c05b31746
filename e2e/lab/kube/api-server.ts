/** A real API server: etcd and kube-apiserver in a host of a lab, or on the loopback of this one. */
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Task } from "../task.ts";
import { until } from "../until.ts";
import { kubeBinaries } from "./binaries.ts";
import type { Program } from "./binaries.ts";
import { USERS, newToken, tokenLine, writeKubeconfig, writeSigningKey } from "./credentials.ts";
import type { User } from "./credentials.ts";
import { Loopback } from "./loopback.ts";
import type { Place } from "./loopback.ts";

export interface ApiServerOptions {
  /** Further flags of kube-apiserver; of two with one name the later counts. */
  readonly flags?: readonly string[];
  /** Told when the programs have to be built first, which takes minutes. */
  readonly tell?: (sentence: string) => void;
}

const PORT = 6443;
/** etcd's, for clients and for peers: files in its folder, so that it needs no port; the form of an address is its own wish. */
const SOCKETS = ["etcd:1", "etcd:2"] as const;
const READY_LIMIT_MS = 60_000;

export class ApiServer implements AsyncDisposable {
  /** "https://ADDRESS:PORT" */
  readonly url: string;
  /** A file of certificates that the server's own is signed by. */
  readonly ca: string;
  readonly place: Place;
  readonly #programs: string;
  readonly #flags: readonly string[];
  readonly #folder: string;
  readonly #tokens: ReadonlyMap<User, string> = new Map(USERS.map((user) => [user, newToken()]));
  readonly #tasks = new Map<"etcd" | "kube-apiserver", Task>();

  private constructor(place: Place, programs: string, address: string, port: number, flags: readonly string[]) {
    this.place = place;
    this.url = `https://${address}:${port}`;
    this.#programs = programs;
    this.#folder = join(place.folder, "kubernetes");
    this.ca = join(this.#folder, "apiserver.crt");
    this.#flags = [`--bind-address=${address}`, `--secure-port=${port}`, `--advertise-address=${address}`, ...flags];
  }

  /** Starts both in a node that has a global IPv4 address; resolves when the server says that it is ready. */
  static async start(place: Place, options: ApiServerOptions = {}): Promise<ApiServer> {
    const { stdout } = await place.exec("ip", ["-json", "-4", "address", "show", "scope", "global"]);
    // Addresses of other scopes are empty objects in it.
    const address = /"local":"([^"]+)"/.exec(stdout)?.[1];
    if (address === undefined) throw new Error(`${place.name}: an API server needs an address that others reach`);
    return ApiServer.#start(place, address, PORT, options);
  }

  /** Starts both on 127.0.0.1, at a free port; they end with the server, or this process. */
  static async onLoopback(options: ApiServerOptions = {}): Promise<ApiServer> {
    const place = new Loopback();
    try {
      // The address of a Service called kubernetes: no loopback address may be one, so there is none.
      const flags = ["--endpoint-reconciler-type=none", ...(options.flags ?? [])];
      return await ApiServer.#start(place, "127.0.0.1", await freePort(), { ...options, flags });
    } catch (error) {
      await place[Symbol.asyncDispose]();
      throw error;
    }
  }

  static async #start(place: Place, address: string, port: number, options: ApiServerOptions): Promise<ApiServer> {
    const { folder } = await kubeBinaries(options.tell);
    const server = new ApiServer(place, folder, address, port, options.flags ?? []);
    server.#writeFiles();
    await server.run("etcd");
    await server.run("kube-apiserver");
    return server;
  }

  /** The path of a program of the same release. */
  program(name: Program): string {
    return join(this.#programs, name);
  }

  /** The kubeconfig file of a user; "admin" may do everything. */
  kubeconfig(user: User = "admin"): string {
    return join(this.#folder, `${user}.kubeconfig`);
  }

  token(user: User = "admin"): string {
    return this.#tokens.get(user) ?? "";
  }

  /** Writes a kubeconfig file for somebody else's token and answers its path. */
  kubeconfigOf(name: string, token: string): string {
    const file = join(this.#folder, `${name}.kubeconfig`);
    writeKubeconfig(file, this.url, this.ca, name, token);
    return file;
  }

  /** What kubectl prints, as the user "admin", run beside the server. */
  async kubectl(args: readonly string[], options: { readonly input?: string } = {}): Promise<string> {
    const all = ["--kubeconfig", this.kubeconfig(), ...args];
    return (await this.place.exec(this.program("kubectl"), all, { ...options, timeoutMs: 60_000 })).stdout;
  }

  /** `kubectl apply` of these; answers what it printed. */
  apply(...objects: readonly unknown[]): Promise<string> {
    return this.kubectl(["apply", "-f", "-"], { input: objects.map((each) => JSON.stringify(each)).join("\n---\n") });
  }

  /** Creates many objects of one collection, "/api/v1/namespaces/default/services" for one, faster than kubectl does. */
  async createAll(collection: string, objects: readonly unknown[]): Promise<void> {
    const args = [join(import.meta.dirname, "create.ts"), this.url, collection];
    const env = { NODE_EXTRA_CA_CERTS: this.ca, KUBE_TOKEN: this.token() };
    const input = JSON.stringify(objects);
    await this.place.exec(process.execPath, args, { input, env, timeoutMs: 300_000 });
  }

  /** The running program, for signals; `run` starts it anew after it was ended. */
  task(program: "etcd" | "kube-apiserver"): Task {
    const task = this.#tasks.get(program);
    if (task === undefined) throw new Error(`${program} was not started`);
    return task;
  }

  /** Starts etcd or kube-apiserver on what is there already; resolves when it answers. */
  async run(program: "etcd" | "kube-apiserver"): Promise<void> {
    const args = program === "etcd" ? this.#etcdFlags() : this.#serverFlags();
    if (program === "etcd") for (const socket of SOCKETS) rmSync(join(this.#folder, socket), { force: true });
    const task = this.place.spawn(this.program(program), args, { cwd: this.#folder });
    this.#tasks.set(program, task);
    await this.#answers(program, task);
  }

  /** Ends both; those on the loopback leave nothing behind. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.place instanceof Loopback) await this.place[Symbol.asyncDispose]();
    else await Promise.all([...this.#tasks.values()].map((task) => task.stop("SIGKILL")));
  }

  async #answers(program: string, task: Task): Promise<void> {
    const probe = async (): Promise<true | undefined> => {
      if (program === "etcd") return SOCKETS.every((name) => existsSync(join(this.#folder, name))) || undefined;
      if (!existsSync(this.ca)) return undefined;
      return (await this.kubectl(["get", "--raw", "/readyz"])) === "ok" ? true : undefined;
    };
    const what = `${program} of ${this.place.name}`;
    const seen = (): string => task.output().split("\n").slice(-4).join("\n");
    const ended = task.ended.then((code) => {
      throw new Error(`${what} ended (${code}): ${seen()}`);
    });
    await Promise.race([until(`${what} to answer`, probe, { timeoutMs: READY_LIMIT_MS, seen }), ended]);
  }

  #writeFiles(): void {
    mkdirSync(this.#folder, { mode: 0o700 });
    writeSigningKey(join(this.#folder, "service-accounts.pem"));
    const lines = USERS.map((user) => `${tokenLine(user, this.token(user))}\n`);
    writeFileSync(join(this.#folder, "tokens.csv"), lines.join(""), { mode: 0o600 });
    for (const user of USERS) writeKubeconfig(this.kubeconfig(user), this.url, this.ca, user, this.token(user));
  }

  #etcdFlags(): string[] {
    const [client, peer] = SOCKETS.map((name) => `unix://${name}`);
    return [
      `--data-dir=${join(this.#folder, "etcd")}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      // The lab does not outlive a crash of the machine.
      "--unsafe-no-fsync",
    ];
  }

  #serverFlags(): string[] {
    const key = join(this.#folder, "service-accounts.pem");
    return [
      `--etcd-servers=unix://${join(this.#folder, SOCKETS[0])}`,
      // It makes its own certificate in this folder.
      `--cert-dir=${this.#folder}`,
      `--token-auth-file=${join(this.#folder, "tokens.csv")}`,
      "--authorization-mode=RBAC",
      `--service-account-key-file=${key}`,
      `--service-account-signing-key-file=${key}`,
      "--service-account-issuer=https://kubernetes.default.svc",
      "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112",
      // Pods need no account that a controller would have to make first.
      "--disable-admission-plugins=ServiceAccount",
      "--allow-privileged",
      ...this.#flags,
    ];
  }
}

/** A port of 127.0.0.1 that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
