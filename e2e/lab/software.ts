/** What the images of a topology stand for: the same software from the distribution's packages. */
import { startBird } from "./bird.ts";
import { startFrr } from "./frr.ts";
import { startGobgp } from "./gobgp.ts";
import type { LabNode } from "./node.ts";

export interface Software {
  /** Found in the image's name. */
  readonly image: RegExp;
  /** A program of it, and the Debian package that brings it. */
  readonly program: string;
  readonly debian: string;
  /** Starts it in the node; resolves when it answers. */
  start(node: LabNode): Promise<void>;
}

const SOFTWARE: readonly Software[] = [
  { image: /frrouting\/frr\b/, program: "/usr/lib/frr/bgpd", debian: "frr", start: startFrr },
  { image: /\bbird\b/, program: "bird", debian: "bird2", start: startBird },
  { image: /\bgobgp\b/, program: "gobgpd", debian: "gobgpd", start: startGobgp },
];

/** Undefined for every other image: its node is a host with nothing on it. */
export function softwareOf(image: string): Software | undefined {
  return SOFTWARE.find((software) => software.image.test(image));
}
