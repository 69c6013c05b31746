/** The command line: names, options, help. Each command's work is in a file of its own, loaded when it is called. */
import { isIP } from "node:net";
import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { BACKENDS, backendOptions } from "./backend-options.ts";
import { metallbFlags } from "./metallb-flags.ts";
import type {
  AgentOptions,
  BfdArguments,
  CheckArguments,
  DecodeArguments,
  GlassArguments,
  HttpAddress,
  PlanArguments,
  StatusArguments,
  WhyArguments,
} from "./options.ts";
import { Exit, UsageError } from "./system.ts";
import type { System } from "./system.ts";
import { VERSION } from "./version.ts";

function httpAddress(value: string): HttpAddress | "off" {
  if (value === "off") return value;
  const [, bracketed, host, port = ""] = /^(?:\[([^\]]+)\]|([^:[\]]*)):(\d+)$/.exec(value) ?? [];
  if (port !== "" && Number(port) <= 65535) return { host: bracketed ?? host ?? "", port: Number(port) };
  throw new InvalidArgumentError('Write HOST:PORT, such as 127.0.0.1:17472 or [::1]:17472, or "off".');
}

/** Where a running agent is asked. */
function agentAddress(): Option {
  return new Option("--http <host:port>", "where the agent answers HTTP")
    .argParser((value) => {
      const address = httpAddress(value);
      if (address !== "off") return address;
      throw new InvalidArgumentError("An agent without HTTP cannot be asked.");
    })
    .default({ host: "127.0.0.1", port: 17472 }, "127.0.0.1:17472");
}

/** Instead of an agent a cluster can be asked. */
function clusterOptions(command: Command): Command {
  return command
    .addOption(new Option("--kubeconfig <file>", "ask a cluster's API server, and no agent").argParser(nonEmpty))
    .addOption(
      new Option("--namespace <name>", "with --kubeconfig: namespace of the kinds of metallb.io").argParser(nonEmpty),
    )
    .addOption(new Option("--lb-class <class>", "with --kubeconfig: as for controller").argParser(nonEmpty));
}

function nonEmpty(value: string): string {
  if (value !== "") return value;
  throw new InvalidArgumentError("It must not be empty.");
}

function stationAddress(value: string): HttpAddress {
  const address = httpAddress(value);
  if (address !== "off" && isIP(address.host) !== 0 && address.port > 0) return address;
  throw new InvalidArgumentError("Write ADDRESS:PORT, such as 192.0.2.9:11019 or [2001:db8::9]:11019.");
}

function drainTime(value: string): number {
  if (/^\d+$/.test(value) && Number(value) <= 600) return Number(value);
  throw new InvalidArgumentError("Write whole seconds from 0 to 600.");
}

function agentOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--kubeconfig <file>", "the cluster to follow (default: KUBECONFIG, else the pod's own)").argParser(
        nonEmpty,
      ),
    )
    .addOption(
      new Option(
        "--namespace <name>",
        "namespace of the kinds of metallb.io (default: METALLB_NAMESPACE, else the pod's, else metallb-system)",
      ).argParser(nonEmpty),
    )
    .addOption(
      new Option("--config <path>", "instead of a cluster: folder (or file) of manifests to follow").argParser(
        nonEmpty,
      ),
    )
    .addOption(
      new Option(
        "--state <dir>",
        "with --config: folder for what an API server would hold; on a cluster: for a speaker's restart marker",
      ).argParser(nonEmpty),
    )
    .addOption(
      new Option("--http <host:port>", 'where to answer /healthz, /readyz, /status and /metrics, or "off"')
        .argParser(httpAddress)
        .default({ host: "127.0.0.1", port: 17472 }, "127.0.0.1:17472"),
    )
    .option("--lb-class <class>", "handle only Services of this loadBalancerClass (default: only those without one)")
    .addOption(
      new Option("--log-level <level>", "least level logged")
        .choices(["all", "debug", "info", "warn", "error", "none"])
        .default("info"),
    )
    .addOption(
      new Option("--log-format <format>", "text or json (default: text on a terminal, else json)").choices([
        "text",
        "json",
      ]),
    );
}

function controllerOptions(command: Command): Command {
  return command
    .addOption(
      new Option("--webhook <host:port>", 'where to judge changes of the configuration for the API server, or "off"')
        .argParser(httpAddress)
        .default("off"),
    )
    .addOption(
      new Option("--webhook-secret <name>", "Secret for the webhook's certificates")
        .argParser(nonEmpty)
        .default("herald-webhook"),
    )
    .addOption(
      new Option("--cert-service-name <name>", "Service by which the API server reaches the webhook")
        .argParser(nonEmpty)
        .default("herald-webhook"),
    )
    .addOption(new Option("--webhook-mode <mode>").choices(["enabled", "disabled", "onlywebhook"]).hideHelp());
}

function speakerOptions(command: Command, system: System): Command {
  const fallback = system.env("HERALD_NODE_NAME") ?? system.env("METALLB_NODE_NAME");
  const node = new Option(
    "--node-name <name>",
    "name of this node, as in its Node object (or HERALD_NODE_NAME)",
  ).argParser(nonEmpty);
  if (fallback === undefined) node.makeOptionMandatory();
  else node.default(fallback);
  const ownPod = new Option(
    "--pod-name <name>",
    "the agent's own Pod: how it leaves follows from what becomes of it (or HERALD_POD_NAME)",
  ).argParser(nonEmpty);
  const pod = system.env("HERALD_POD_NAME") ?? system.env("METALLB_POD_NAME");
  if (pod !== undefined) ownPod.default(pod);
  return backendOptions(command.addOption(node).addOption(ownPod))
    .option(
      "--ignore-exclude-lb",
      "announce from nodes labelled node.kubernetes.io/exclude-from-external-load-balancers too",
      false,
    )
    .addOption(
      new Option("--bgp-listen <host:port>", 'where to take BGP connections, such as ":179", or "off"')
        .argParser(httpAddress)
        .default("off"),
    )
    .addOption(
      new Option("--bmp <host:port>", "monitoring station to tell what peers are sent (BMP, RFC 7854)").argParser(
        stationAddress,
      ),
    )
    .addOption(
      new Option(
        "--on-stop <what>",
        "keep the routes for a restart (needs graceful restart at the peer), drain or withdraw them; auto: drain where the node leaves or on SIGINT, else keep",
      )
        .choices(["auto", "keep", "drain", "withdraw"])
        .default("auto"),
    )
    .addOption(
      new Option("--drain-time <seconds>", "how long routers have to move traffic elsewhere before routes go")
        .argParser(drainTime)
        .default(5),
    )
    .option("--drain-on-cordon", "a cordoned node (kubectl cordon, drain) gives up its traffic too", false);
}

/** Parses `args` (without node and script) and runs the command they name. Never throws; never exits the process. */
export async function runCli(args: readonly string[], system: System): Promise<Exit> {
  let exit: Exit = Exit.Ok;
  const program = new Command("herald")
    .description("Gives Services of a bare-metal Kubernetes cluster their addresses and announces them to the network.")
    .exitOverride()
    .configureOutput({ writeOut: (text) => system.out(text), writeErr: (text) => system.err(text) })
    .showSuggestionAfterError()
    .helpCommand(true)
    .addHelpText(
      "after",
      "\nExit codes: 0 done; 1 plan or check found problems; 2 wrong usage; 3 could not start or go on.\n",
    );

  metallbFlags(
    controllerOptions(
      agentOptions(program.command("controller").description("hand out addresses (any number of replicas; one leads)")),
    ),
    "controller",
  )
    .addHelpText(
      "after",
      "\nExamples:\n  herald controller --kubeconfig ~/.kube/config\n  herald controller --config /etc/herald --state /var/lib/herald\n",
    )
    .action(async (options: AgentOptions) => {
      exit = await (
        await import("./agent.ts")
      ).runAgent("controller", { controller: true, speaker: false }, options, system);
    });
  metallbFlags(
    speakerOptions(agentOptions(program.command("speaker").description("announce from this node")), system),
    "speaker",
  )
    .addHelpText(
      "after",
      "\nExamples:\n  herald speaker --node-name n1 --kubeconfig /etc/herald/kubeconfig\n  herald speaker --node-name n1 --config /etc/herald --state /var/lib/herald\n",
    )
    .action(async (options: AgentOptions) => {
      exit = await (
        await import("./agent.ts")
      ).runAgent("speaker", { controller: false, speaker: true }, options, system);
    });
  speakerOptions(agentOptions(program.command("run").description("controller and speaker in one process")), system)
    .addHelpText(
      "after",
      "\nExample:\n  herald run --config /etc/herald --state /var/lib/herald --node-name $(hostname)\n",
    )
    .action(async (options: AgentOptions) => {
      exit = await (await import("./agent.ts")).runAgent("run", { controller: true, speaker: true }, options, system);
    });

  program
    .command("plan")
    .description("show what Herald would do with manifests: addresses, routes per node and peer, reasons, problems")
    .addOption(new Option("-f, --file <path>", "folder or file of manifests").argParser(nonEmpty).conflicts("diff"))
    .option("--diff <paths...>", "OLD NEW: show what changes from the first folder or file to the second")
    .addOption(
      new Option("-o, --output <format>", "table, json or yaml").choices(["table", "json", "yaml"]).default("table"),
    )
    .option("--lb-class <class>", "plan for Services of this loadBalancerClass")
    .option("--ignore-exclude-lb", "as for speaker", false)
    .addOption(new Option("--backend <name>", "plan for this backend").choices([...BACKENDS]).default("native"))
    .addHelpText(
      "after",
      "\nExamples:\n  herald plan -f manifests/\n  herald plan -f manifests/ -o json\n  herald plan --diff before/ after/\n\nExits with 1 when an object has an error or a Service gets no address.\n",
    )
    .action(async (options: PlanArguments) => {
      exit = await (await import("./plan.ts")).runPlan(options, system);
    });
  program
    .command("check")
    .description("check manifests and print every problem by object and field")
    .requiredOption("-f, --file <path>", "folder or file of manifests", nonEmpty)
    .addOption(new Option("-o, --output <format>", "text or json").choices(["text", "json"]).default("text"))
    .addHelpText(
      "after",
      "\nExample:\n  herald check -f manifests/\n\nExits with 1 when an object has an error; warnings alone exit with 0.\n",
    )
    .action(async (options: CheckArguments) => {
      exit = await (await import("./check.ts")).runCheck(options, system);
    });
  clusterOptions(program.command("status"))
    .description("show what a running agent or a cluster does: peers, Services, problems")
    .addOption(agentAddress())
    .addOption(new Option("-o, --output <format>", "text or json").choices(["text", "json"]).default("text"))
    .option("--peers", "only the peers")
    .option("--services", "only the Services")
    .option("--routes", "only the routes")
    .option("--problems", "only the problems")
    .addHelpText(
      "after",
      "\nExamples:\n  herald status\n  herald status --peers --http 127.0.0.1:17473\n  herald status --kubeconfig ~/.kube/config\n",
    )
    .action(async (options: StatusArguments) => {
      exit =
        options.kubeconfig === undefined
          ? await (await import("./status.ts")).runStatus(options, system)
          : await (await import("./cluster-status.ts")).runClusterStatus(options, system);
    });
  clusterOptions(program.command("why"))
    .description("say of one Service where its address is from, who is told of it, and every reason why not")
    .argument("<service>", "NAMESPACE/NAME, or NAME in namespace default", nonEmpty)
    .addOption(agentAddress())
    .option("--live", "with --kubeconfig: ask the agents of the nodes too, at the port of --http")
    .addHelpText(
      "after",
      "\nExamples:\n  herald why shop/web\n  herald why shop/web --kubeconfig ~/.kube/config\n\nExits with 1 when something it asks for is not done.\n",
    )
    .action(async (service: string, options: WhyArguments) => {
      exit = await (await import("./why.ts")).runWhy(service, options, system);
    });
  const bgp = program.command("bgp").description("look at BGP");
  for (const [what, about] of [
    ["peers", "show the BGP sessions of a running agent; of one peer everything"],
    ["routes", "show the routes that peers are told, with all their attributes (Adj-RIB-Out)"],
    ["log", "show the last messages of the sessions, decoded and in hex"],
  ] as const) {
    bgp
      .command(what)
      .description(about)
      .argument("[peer]", "name of a BGPPeer (default: all)", nonEmpty)
      .addOption(agentAddress())
      .addOption(
        what === "log"
          ? new Option("-o, --output <format>", "text, json, or mrt: a file for other tools (RFC 6396)")
              .choices(["text", "json", "mrt"])
              .default("text")
          : new Option("-o, --output <format>", "text or json").choices(["text", "json"]).default("text"),
      )
      .addHelpText("after", `\nExamples:\n  herald bgp ${what}\n  herald bgp ${what} tor-1 -o json\n`)
      .action(async (peer: string | undefined, options: GlassArguments) => {
        exit = await (await import("./bgp-glass.ts")).runGlass(what, peer, options, system);
      });
  }
  bgp
    .command("decode")
    .description("decode BGP messages: one JSON object a line, with what RFC 7606 says to do about each")
    .argument("[hex...]", "whole messages in hex (default: stdin); spaces, colons, 0x, tcpdump -x offsets are fine")
    .option("--as4", "AS numbers of four bytes (the default)", true)
    .option("--no-as4", "AS numbers of two bytes")
    .addOption(new Option("--ebgp", "from a peer in another AS (the default)").conflicts("ibgp"))
    .option("--ibgp", "from a peer in the same AS")
    .option("--add-path", "routes carry path identifiers", false)
    .option("--extended", "messages up to 65535 bytes", false)
    .addHelpText(
      "after",
      "\nExample:\n  herald bgp decode ffffffffffffffffffffffffffffffff001304\n\nExits with 1 when a verdict is not ok.\n",
    )
    .action(async (hex: readonly string[], options: DecodeArguments) => {
      exit = await (await import("./bgp-decode.ts")).runDecode(hex, options, system);
    });
  const bfd = program.command("bfd").description("look at BFD in a running agent");
  for (const [name, text] of [
    ["peers", "show the BFD sessions: states of both ends, why they last went down, intervals"],
    ["counters", "show packets and failures by peer, drops by reason, and how punctual the timers are"],
  ] as const) {
    bfd
      .command(name)
      .description(text)
      .addOption(agentAddress())
      .addOption(new Option("-o, --output <format>", "text or json").choices(["text", "json"]).default("text"))
      .addHelpText("after", `\nExample:\n  herald bfd ${name}\n`)
      .action(async (options: BfdArguments) => {
        exit = await (await import("./bfd.ts")).runBfd(name, options, system);
      });
  }
  program
    .command("version")
    .description("print the version")
    .action(() => system.out(`herald ${VERSION}\n`));
  program.version(VERSION, "-V, --version", "print the version");

  try {
    await program.parseAsync([...args], { from: "user" });
    return exit;
  } catch (error) {
    return failure(error, system);
  }
}

/** commander has already printed its own errors. */
function failure(error: unknown, system: System): Exit {
  if (error instanceof CommanderError) return error.exitCode === 0 ? Exit.Ok : Exit.Usage;
  if (error instanceof UsageError) {
    system.err(`error: ${error.message}\n`);
    return Exit.Usage;
  }
  system.err(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  return Exit.Failure;
}
