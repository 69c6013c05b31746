/** What a speaker shows of a session: its last messages, what the peer is told, and the numbers around it. */
import { decodeMessage, encodeMessage, formatPrefix, MessageType } from "bgp-ts-codec";
import t from "tap";
import { hostRoutes, Lab, OUR_ADDRESS, PEER, prefix, route, ROUTER_ADDRESS } from "../../support/bgp-lab.ts";
import { CONTEXT, OPEN } from "../../support/scripted-peer.ts";

function types(lab: Lab): string[] {
  return (lab.speaker.messages(PEER.name) ?? []).map(({ direction, bytes }) => `${direction} ${bytes[18]}`);
}

t.test("the last messages are kept as they were on the wire, in order, each way", (t) => {
  const lab = new Lab();
  lab.establish();
  lab.speaker.setRoutes(PEER.name, [route("192.0.2.1/32")]);
  lab.settle();
  t.same(types(lab), ["sent 1", "received 1", "sent 4", "received 4", "sent 2", "sent 2"]);
  const log = lab.speaker.messages(PEER.name) ?? [];
  t.same(log[1]?.bytes, encodeMessage(OPEN, CONTEXT));
  t.ok(
    log.every(({ at }, index) => at >= (log[index - 1]?.at ?? 0) && at <= lab.clock.wall()),
    "with its time each",
  );
  const [, , , , update] = log;
  const { message } = decodeMessage(update?.bytes ?? new Uint8Array(0), update?.context ?? CONTEXT);
  t.match(message, { type: MessageType.Update, nlri: [{ prefix: prefix("192.0.2.1/32") }] });
  t.equal(lab.speaker.messages("nobody"), undefined);
  t.end();
});

t.test("they outlive the session, and are bounded in number and in bytes", (t) => {
  const lab = new Lab();
  const router = lab.establish();
  lab.speaker.setRoutes(PEER.name, hostRoutes(100_000));
  lab.settle(1000);
  const log = lab.speaker.messages(PEER.name) ?? [];
  t.ok(log.length <= 50);
  t.ok(log.reduce((sum, { bytes }) => sum + bytes.length, 0) <= 64 * 1024);
  t.equal(log.at(-1)?.bytes.length, 23, "the newest is there: End-of-RIB");
  router.connection.destroy();
  lab.settle();
  t.equal(lab.speaker.messages(PEER.name)?.length, log.length);
  t.end();
});

t.test("Adj-RIB-Out is the messages that say the peer's list, whatever other peers were told since", (t) => {
  const lab = new Lab({ agreeable: true });
  const second = { ...PEER, name: "second", localAddress: "10.0.0.3" };
  lab.speaker.setPeers([PEER, second]);
  const list = hostRoutes(3, { communities: [7] });
  lab.speaker.setRoutes(PEER.name, list);
  lab.speaker.setRoutes("second", list);
  t.equal(lab.speaker.adjRibOut(PEER.name), undefined, "there is no session yet");
  lab.settle();
  lab.speaker.updateRoutes("second", { set: [route("192.0.2.9/32")], withdraw: [] });
  const told = (name: string): string[] => {
    const { messages, context } = lab.speaker.adjRibOut(name) ?? { messages: [], context: CONTEXT };
    return messages.flatMap((bytes) => {
      const { message } = decodeMessage(bytes, context);
      return message?.type === MessageType.Update ? message.nlri.map((one) => formatPrefix(one.prefix)) : [];
    });
  };
  t.same(told(PEER.name), ["172.16.0.0/32", "172.16.0.1/32", "172.16.0.2/32"]);
  t.same(told("second").sort(), ["172.16.0.0/32", "172.16.0.1/32", "172.16.0.2/32", "192.0.2.9/32"]);
  t.end();
});

t.test("status tells connection, timers, update group and the last NOTIFICATION each way", (t) => {
  const lab = new Lab();
  const router = lab.establish();
  t.match(lab.status, {
    localAddress: OUR_ADDRESS,
    localPort: Number,
    connectedPort: 179,
    direction: "outbound",
    updateGroup: 1,
    buffered: 0,
  });
  const { timers } = lab.status;
  t.same(Object.keys(timers).sort(), ["Hold", "Keepalive", "SendHold"]);
  t.ok((timers.Hold ?? 0) > 89_000 && (timers.Hold ?? 0) <= 90_000, `${timers.Hold} ms of 90 s`);
  router.send({ type: MessageType.Notification, code: 6, subcode: 4, data: new Uint8Array(0) });
  lab.settle();
  t.match(lab.status, { lastReceived: { text: "Cease / Administrative Reset" }, lastSent: undefined });
  t.equal(lab.status.updateGroup, undefined);
  lab.clock.until(() => lab.routers.length === 2);
  lab.router.send({ ...OPEN, version: 3 });
  lab.settle();
  t.match(lab.status, {
    lastReceived: { text: "Cease / Administrative Reset" },
    lastSent: { text: /Unsupported Version Number/ },
    lastError: { direction: "sent" },
  });
  t.end();
});

t.test("peers that are told the same bytes are of one group, others of another", (t) => {
  const lab = new Lab({ agreeable: true });
  const peers = [
    PEER,
    { ...PEER, name: "same", remoteAddress: ROUTER_ADDRESS },
    { ...PEER, name: "other", localAs: 64599 },
  ];
  lab.speaker.setPeers(peers);
  lab.settle();
  const [first, same, other] = lab.speaker.status().map(({ updateGroup }) => updateGroup);
  t.equal(first, same);
  t.not(first, other);
  t.end();
});
