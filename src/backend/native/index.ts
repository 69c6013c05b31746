/** The backend on Herald's own BGP. */
export { nativeSupports } from "./features.ts";
export { nativeBackend } from "./native.ts";
export type { NativeOptions, NativeSpeaker } from "./native.ts";
export type { SocketFeatures } from "./peer-config.ts";
