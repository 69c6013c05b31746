export type { Role } from "./kinds.ts";
export { kubernetesSource } from "./source.ts";
export type { KubernetesSourceOptions } from "./source.ts";
