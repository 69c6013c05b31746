/** The certificates of the webhook: an authority of our own, and what it signed. Kept in a Secret, so that all replicas have the same. */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { makeAuthority, makeServerCertificate } from "../net/x509.ts";
import type { Certified } from "../net/x509.ts";

export interface Bundle {
  /** Certificates that clients shall trust, the newest first: it signs, the ones before stay while clients may know only them. */
  readonly authorities: readonly string[];
  /** Of the first authority. */
  readonly authorityKey: string;
  readonly server: Certified;
}

const AUTHORITY = "herald-webhook-ca";
const DAY = 86_400_000;
/** Milliseconds. */
const AUTHORITY_LIFE = 3650 * DAY;
const SERVER_LIFE = 365 * DAY;
/** It is renewed when so much of its life is left; clocks may differ by `SKEW`. */
const RENEW_AT = 1 / 3;
const SKEW = DAY / 24;

/** The same bundle where it is good, else one that is. `now`: Unix time in milliseconds. */
export async function renewed(
  found: Bundle | undefined,
  names: readonly [string, ...string[]],
  now: number,
): Promise<Bundle> {
  const [newest] = found?.authorities ?? [];
  if (found === undefined || newest === undefined || !lasts(newest, AUTHORITY_LIFE, now)) {
    const authority = await makeAuthority(AUTHORITY, { from: now - SKEW, until: now + AUTHORITY_LIFE });
    const before = (found?.authorities ?? []).filter((each) => expiry(each) > now);
    return signed([authority.certificate, ...before.slice(0, 1)], authority, names, now);
  }
  const served = new X509Certificate(found.server.certificate);
  const good =
    lasts(found.server.certificate, SERVER_LIFE, now) &&
    names.every((name) => served.checkHost(name) !== undefined) &&
    served.verify(new X509Certificate(newest).publicKey);
  if (good) return found;
  return signed(found.authorities, { certificate: newest, key: found.authorityKey }, names, now);
}

async function signed(
  authorities: readonly string[],
  authority: Certified,
  names: readonly [string, ...string[]],
  now: number,
): Promise<Bundle> {
  const validity = { from: now - SKEW, until: now + SERVER_LIFE };
  const server = await makeServerCertificate(authority, AUTHORITY, names, validity);
  return { authorities, authorityKey: authority.key, server };
}

function expiry(certificate: string): number {
  return new X509Certificate(certificate).validToDate.getTime();
}

function lasts(certificate: string, life: number, now: number): boolean {
  return expiry(certificate) - now > life * RENEW_AT;
}

const FIELDS = ["ca.crt", "ca.key", "tls.crt", "tls.key"] as const;
type Field = (typeof FIELDS)[number];

/** `data` of a Secret, in base64; undefined where something is missing or no certificate. */
export function bundleIn(data: unknown): Bundle | undefined {
  const texts = new Map<Field, string>();
  for (const name of FIELDS) {
    const value: unknown = typeof data === "object" && data !== null ? Reflect.get(data, name) : undefined;
    if (typeof value !== "string" || value === "") return undefined;
    texts.set(name, Buffer.from(value, "base64").toString());
  }
  const text = (name: Field): string => texts.get(name) ?? "";
  const authorities = text("ca.crt").match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n?/g) ?? [];
  const bundle = {
    authorities,
    authorityKey: text("ca.key"),
    server: { certificate: text("tls.crt"), key: text("tls.key") },
  };
  try {
    const read = [...authorities, bundle.server.certificate].map((each) => new X509Certificate(each));
    for (const key of [bundle.authorityKey, bundle.server.key]) createPrivateKey(key);
    return read.length < 2 ? undefined : bundle;
  } catch {
    return undefined;
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString("base64");
}

export function dataOf({ authorities, authorityKey, server }: Bundle): Record<Field, string> {
  return {
    "ca.crt": base64(authorities.join("")),
    "ca.key": base64(authorityKey),
    "tls.crt": base64(server.certificate),
    "tls.key": base64(server.key),
  };
}
