import type { Lab } from "../lab/index.ts";
import type { Cluster } from "./cluster.ts";
import type { Story } from "./story.ts";

/** What every step of the demo has at hand. */
export interface Scene {
  readonly lab: Lab;
  readonly cluster: Cluster;
  readonly story: Story;
}
