export { at, textAt } from "./answer.ts";
export { caughtUp } from "./catch-up.ts";
export { listStatuses } from "./list.ts";
export { kubernetesSink } from "./sink.ts";
export type { KubernetesSink, KubernetesSinkOptions } from "./sink.ts";
