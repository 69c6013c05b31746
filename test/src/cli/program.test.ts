import t from "tap";
import { Exit } from "../../../src/cli/system.ts";
import { runCli } from "../../../src/cli/program.ts";
import { testSystem } from "../../support/test-system.ts";

interface Case {
  readonly name: string;
  readonly args: string;
  readonly env?: Record<string, string>;
  readonly exit: Exit;
  readonly out?: RegExp;
  readonly err?: RegExp;
}

const AGENT = "--config c --state s";

const CASES: readonly Case[] = [
  { name: "version prints the version", args: "version", exit: Exit.Ok, out: /^herald \d+\.\d+\.\d+\n$/ },
  { name: "-V prints it too", args: "-V", exit: Exit.Ok, out: /^\d+\.\d+\.\d+\n$/ },
  {
    name: "help lists the commands and the exit codes",
    args: "--help",
    exit: Exit.Ok,
    out: /controller[\s\S]*Exit codes: 0/,
  },
  {
    name: "help of a command has an example",
    args: "run --help",
    exit: Exit.Ok,
    out: /Example:\n {2}herald run --config/,
  },
  { name: "no command prints the help as an error", args: "", exit: Exit.Usage, err: /Usage: herald/ },
  {
    name: "an unknown command names the nearest",
    args: "plam",
    exit: Exit.Usage,
    err: /unknown command 'plam'[\s\S]*plan/,
  },
  {
    name: "an unknown option is named",
    args: `run ${AGENT} --node-name n1 --log-levle info`,
    exit: Exit.Usage,
    err: /unknown option '--log-levle'[\s\S]*--log-level/,
  },
  {
    name: "a folder needs one for the state",
    args: "controller --config c",
    exit: Exit.Usage,
    err: /^error: --config needs --state, [^\n]+\n$/,
  },
  {
    name: "a folder or a cluster",
    args: `controller ${AGENT} --kubeconfig k`,
    exit: Exit.Usage,
    err: /^error: --config names a folder, --kubeconfig a cluster; write one\n$/,
  },
  {
    name: "a folder has no namespace",
    args: `controller ${AGENT} --namespace n`,
    exit: Exit.Usage,
    err: /^error: --namespace is for a cluster, [^\n]+\n$/,
  },
  {
    name: "outside of a pod nothing is taken for granted",
    args: "controller",
    exit: Exit.Usage,
    err: /^error: nothing to follow: name a folder [^\n]+ or a cluster with --kubeconfig [^\n]+\n$/,
  },
  {
    name: "a speaker needs its node",
    args: `speaker ${AGENT}`,
    exit: Exit.Usage,
    err: /'--node-name <name>' not specified/,
  },
  { name: "an empty value is not a value", args: `check -f ""`, exit: Exit.Usage, err: /must not be empty/ },
  {
    name: "a backend for a node that is none",
    args: `run ${AGENT} --node-name n1 --backend-for n1=bird`,
    exit: Exit.Usage,
    err: /Write NODE=BACKEND, where BACKEND is native, frr, gobgp/,
  },
  {
    name: "an HTTP address without a port",
    args: `run ${AGENT} --node-name n1 --http localhost`,
    exit: Exit.Usage,
    err: /Write HOST:PORT/,
  },
  {
    name: "an HTTP port beyond 65535",
    args: `run ${AGENT} --node-name n1 --http :70000`,
    exit: Exit.Usage,
    err: /Write HOST:PORT/,
  },
  {
    name: "an unknown backend names those there are",
    args: `run ${AGENT} --node-name n1 --backend quagga`,
    exit: Exit.Usage,
    err: /Allowed choices are native/,
  },
  {
    name: "a folder that is not there",
    args: "check -f /nowhere/at/all",
    exit: Exit.Usage,
    err: /\/nowhere\/at\/all is not there/,
  },
  {
    name: "plan without anything to plan",
    args: "plan",
    exit: Exit.Usage,
    err: /plan needs -f PATH, or --diff OLD NEW/,
  },
  { name: "plan --diff with one path", args: "plan --diff a", exit: Exit.Usage, err: /--diff needs two paths/ },
  {
    name: "plan takes a file or a difference",
    args: "plan -f a --diff b c",
    exit: Exit.Usage,
    err: /cannot be used with option/,
  },
];

for (const { name, args, env, exit, out, err } of CASES) {
  t.test(name, async (t) => {
    const system = testSystem(env);
    const words = args.split(" ").filter((word) => word !== "");
    t.equal(
      await runCli(
        words.map((word) => (word === `""` ? "" : word)),
        system,
      ),
      exit,
    );
    t.match(system.printed.out, out ?? /^$/);
    t.match(system.printed.err, err ?? /^$/);
  });
}
