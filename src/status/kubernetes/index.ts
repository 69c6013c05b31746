export { kubernetesSink } from "./sink.ts";
export type { KubernetesSinkOptions } from "./sink.ts";
