/** What a configuration has to keep to; the answer names the field. */
import type { Problem } from "./error.ts";
import { AuthType, digestLength } from "./packet.ts";
import type { Authentication, EchoConfig, Profile, SessionConfig } from "./types.ts";

const MAX_INTERVAL = 0xffff_ffff;

function whole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function checkProfile(profile: Profile): Problem | undefined {
  for (const name of ["desiredMinTx", "requiredMinRx"] as const) {
    if (!whole(profile[name], 1, MAX_INTERVAL)) {
      const text = `${profile[name]} is no interval; it is a whole number of microseconds from 1 to ${MAX_INTERVAL}`;
      return { field: `profile.${name}`, text };
    }
  }
  if (whole(profile.detectMultiplier, 1, 255)) return undefined;
  const text = `${profile.detectMultiplier} is no multiplier; it is a whole number from 1 to 255`;
  return { field: "profile.detectMultiplier", text };
}

function checkEcho(echo: EchoConfig): Problem | undefined {
  for (const [name, least] of [
    ["desiredMinTx", 1],
    ["requiredMinRx", 0],
  ] as const) {
    if (!whole(echo[name], least, MAX_INTERVAL)) {
      const text = `${echo[name]} is no interval; it is a whole number of microseconds from ${least} to ${MAX_INTERVAL}`;
      return { field: `echo.${name}`, text };
    }
  }
  return undefined;
}

/** Says nothing about the secrets but their length. */
function checkAuthentication({ type, keys }: Authentication): Problem | undefined {
  const longest = type === AuthType.SimplePassword ? 16 : digestLength(type);
  if (keys.length === 0) return { field: "authentication.keys", text: "there is none; the first one sends" };
  for (const [i, { id, secret }] of keys.entries()) {
    if (!whole(id, 0, 255)) {
      return { field: `authentication.keys[${i}].id`, text: `${id} is no key ID; it is a whole number from 0 to 255` };
    }
    if (keys.findIndex((key) => key.id === id) !== i) {
      return { field: `authentication.keys[${i}].id`, text: `${id} is there twice; each key has an ID of its own` };
    }
    if (!whole(secret.length, 1, longest)) {
      const text = `it has ${secret.length} bytes; this type takes 1 to ${longest}`;
      return { field: `authentication.keys[${i}].secret`, text };
    }
  }
  return undefined;
}

export function checkConfig({ profile, authentication, echo }: SessionConfig): Problem | undefined {
  return (
    checkProfile(profile) ??
    (authentication === undefined ? undefined : checkAuthentication(authentication)) ??
    (echo === undefined ? undefined : checkEcho(echo))
  );
}

/** The least TTL taken of a multihop peer. */
export function checkTtl(minimumTtl: number): Problem | undefined {
  if (whole(minimumTtl, 1, 255)) return undefined;
  return { field: "minimumTtl", text: `${minimumTtl} is no TTL; it is a whole number from 1 to 255` };
}
