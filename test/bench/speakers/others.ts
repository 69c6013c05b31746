/** FRR, BIRD and ExaBGP as speakers of the bench. */
import { birdc } from "../../../e2e/lab/index.ts";
import { LINK, hosts, nothing } from "./speaker.ts";
import type { BenchSpeaker } from "./speaker.ts";

const { speaker, sink, speakerAs, sinkAs } = LINK;

const FRR_ROUTER = `router bgp ${speakerAs}`;

export const frr: BenchSpeaker = {
  name: "FRR",
  software: { program: "/usr/lib/frr/bgpd", debian: "frr", version: ["/usr/lib/frr/bgpd", "--version"] },
  image: "frrouting/frr",
  config: {
    text: (count) =>
      [
        FRR_ROUTER,
        ` bgp router-id ${speaker}`,
        " no bgp ebgp-requires-policy",
        " no bgp network import-check",
        ` neighbor ${sink} remote-as ${sinkAs}`,
        ` neighbor ${sink} shutdown`,
        ` neighbor ${sink} timers connect 1`,
        " address-family ipv4 unicast",
        ...hosts(count).map((host) => `  network ${host}/32`),
        " exit-address-family",
        "",
      ].join("\n"),
  },
  async start(node, config) {
    const shell = ["--vty_socket", node.folder, "--config_dir", node.folder];
    await node.exec("vtysh", [...shell, "-f", config], { timeoutMs: 120_000 });
    const task = node.tasks.find(({ log }) => log.endsWith("-bgpd.log"));
    return {
      pid: task?.pid ?? 0,
      async go() {
        await node.vtysh("configure terminal", FRR_ROUTER, `no neighbor ${sink} shutdown`);
      },
    };
  },
};

export const bird: BenchSpeaker = {
  name: "BIRD",
  software: { program: "bird", debian: "bird2", version: ["bird", "--version"] },
  image: "bird",
  config: {
    path: "/etc/bird/bird.conf",
    text: (count) =>
      [
        `router id ${speaker};`,
        "protocol device {}",
        "protocol static {",
        "  ipv4;",
        ...hosts(count).map((host) => `  route ${host}/32 blackhole;`),
        "}",
        "protocol bgp sink {",
        "  disabled yes;",
        "  connect delay time 1;",
        `  local ${speaker} as ${speakerAs};`,
        `  neighbor ${sink} as ${sinkAs};`,
        "  ipv4 { import none; export all; };",
        "}",
        "",
      ].join("\n"),
  },
  async start(node) {
    const task = node.tasks.find(({ log }) => log.endsWith("-bird.log"));
    return {
      pid: task?.pid ?? 0,
      async go() {
        await birdc(node, "enable sink");
      },
    };
  },
};

export const exabgp: BenchSpeaker = {
  name: "ExaBGP",
  software: { program: "exabgp", debian: "exabgp", version: ["exabgp", "--version"] },
  config: {
    text: (count) =>
      [
        `neighbor ${sink} {`,
        `  router-id ${speaker};`,
        `  local-address ${speaker};`,
        `  local-as ${speakerAs};`,
        `  peer-as ${sinkAs};`,
        "  family { ipv4 unicast; }",
        "  static {",
        ...hosts(count).map((host) => `    route ${host}/32 next-hop self;`),
        "  }",
        "}",
        "",
      ].join("\n"),
  },
  async start(node, config) {
    // It would give up root and look for pipes of its own; neither has to do with what is measured.
    const env = { "exabgp.daemon.drop": "false", "exabgp.api.cli": "false" };
    const task = node.spawn("exabgp", [config], { env });
    return { pid: task.pid, go: nothing };
  },
};
