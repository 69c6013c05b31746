/** The speakers that are measured beside each other, each loaded with all its routes before its session comes up. */
import type { LabNode } from "../../../e2e/lab/index.ts";

/** Addresses and AS numbers of the bench's link. */
export const LINK = { speaker: "10.0.0.11", sink: "10.0.0.1", speakerAs: 64500, sinkAs: 64501 } as const;

export interface Started {
  readonly pid: number;
  /** Lets the session come up, where that does not happen by itself. */
  readonly go: () => Promise<void>;
}

export interface BenchSpeaker {
  readonly name: string;
  /** A program of it, the Debian package that brings it, and how it tells its version. */
  readonly software?: {
    readonly program: string;
    readonly debian: string;
    readonly version: readonly [string, ...string[]];
  };
  /** For the topology; "host" is a node with nothing on it. */
  readonly image?: string;
  /** The configuration with `count` routes, written before it starts; at `path` of the node, where the image asks so. */
  readonly config?: { readonly text: (count: number) => string; readonly path?: string };
  /** `config` is the file of the configuration. */
  start(node: LabNode, config: string, count: number): Promise<Started>;
}

/** 172.16.0.0 and upward, as text. */
export function hosts(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `172.${16 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`);
}

export async function nothing(): Promise<void> {}
