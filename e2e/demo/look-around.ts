/** Where to look in a demo that was left running. */
import { HERALD } from "./cluster.ts";
import type { Scene } from "./scene.ts";

export function lookAround({ lab, cluster, story }: Scene): void {
  const sudo = process.env["SUDO_USER"] === undefined ? "" : "sudo ";
  const into = (name: string): string => `${sudo}ip netns exec ${lab.node(name).namespace}`;
  story.chapter("It goes on running (KEEP=1): look around");
  story.say("what a router learned, and what its kernel does with it");
  story.show(`${into("tor1")} vtysh --vty_socket ${lab.node("tor1").folder} -c 'show bgp ipv4 unicast'`);
  story.show(`${into("tor1")} ip route`);
  story.say("", "ask as the client does");
  const [address = ""] = cluster.addresses("web");
  story.show(`${into("client")} ${process.execPath} e2e/demo/requests.ts 30 http://${address}/`);
  story.say("", "change the manifests, and see what comes of it");
  story.show(cluster.config);
  story.show(`${HERALD} plan -f ${cluster.config}`);
  story.say("", "what Herald wrote back: addresses, events, problems; and its logs");
  story.show(cluster.state);
  story.show([cluster.controller, ...cluster.speakers.values()].map(({ log }) => log).join("\n"));
  story.say("", "End it with: make demo-down");
}
