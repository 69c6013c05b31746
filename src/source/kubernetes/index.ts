export type { Role } from "./kinds.ts";
export { OwnPodWatch } from "./own-pod.ts";
export type { OwnPod } from "./own-pod.ts";
export { kubernetesSource } from "./source.ts";
export type { KubernetesSourceOptions } from "./source.ts";
