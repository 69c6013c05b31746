/** Rules that an API server checks on a change, for the definitions of kinds. */
export const IMMUTABLE = { rule: "self == oldSelf", message: "cannot be changed once it is set" } as const;
