/**
 * The endpoints of a slice as one text: of all that is kept of a cluster they are the most, and as objects each takes some
 * 150 bytes, as text 25. Read again they cost a microsecond a dozen.
 */
import type { Endpoint } from "../model/service.ts";

/** What ASCII has to separate with; no name and no address has them. */
const RECORD = "\u001E";
const UNIT = "\u001F";

const READY = 1;
const SERVING = 2;
const TERMINATING = 4;
const PLACED = 8;
/** Makes a printable character of the sum. */
const BASE = 0x30;

export class PackedEndpoints implements Iterable<Endpoint> {
  /** Records of what holds for one endpoint (a character), its node, and after that a unit for each address. */
  readonly text: string;

  constructor(endpoints: readonly Endpoint[]) {
    this.text = endpoints.map(pack).join("");
  }

  *[Symbol.iterator](): Generator<Endpoint, void> {
    const { text } = this;
    for (let start = 0; start < text.length;) {
      const end = text.indexOf(RECORD, start);
      yield unpack(text.slice(start, end));
      start = end + 1;
    }
  }
}

function pack({ addresses, nodeName, ready, serving, terminating }: Endpoint): string {
  const holds =
    BASE +
    (ready ? READY : 0) +
    (serving ? SERVING : 0) +
    (terminating ? TERMINATING : 0) +
    (nodeName === undefined ? 0 : PLACED);
  return [String.fromCharCode(holds), nodeName, ...addresses.flatMap((address) => [UNIT, address]), RECORD].join("");
}

function unpack(record: string): Endpoint {
  const holds = record.charCodeAt(0) - BASE;
  const [nodeName = "", ...addresses] = record.slice(1).split(UNIT);
  return {
    addresses,
    ...((holds & PLACED) === 0 ? {} : { nodeName }),
    ready: (holds & READY) !== 0,
    serving: (holds & SERVING) !== 0,
    terminating: (holds & TERMINATING) !== 0,
  };
}
