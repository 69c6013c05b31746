/** What a client hands to what carries its requests, and gets back. */
import type { IncomingHttpHeaders } from "node:http";
import type { ApiRequest } from "./client.ts";

/** PEM texts, and how to check the server. */
interface Tls {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
  readonly rejectUnauthorized?: boolean;
  readonly servername?: string;
}

/** What a request needs besides itself. */
export interface Access {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: Readonly<Tls>;
}

/** One request as it goes out. */
export interface Sending {
  readonly method: ApiRequest["method"];
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly contentType?: string;
  readonly signal: AbortSignal;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** All of it; rejects where it breaks off. */
  text(): Promise<string>;
}

export interface Transport {
  /** Resolves with the first bytes of an answer; rejects with an error of Node's, or the reason of the signal. */
  send(sending: Sending, access: Access): Promise<Answer>;
  /** No new request takes a connection that is there: one of them did not answer in time. */
  suspect(): void;
  close(): void;
}

/** A dead peer is noticed by the kernel after this long and ten probes, a second each. */
export const KEEPALIVE_MS = 15_000;

/** Below the server's own path, with the query. */
export function pathOf({ pathname }: URL, { path, query }: Sending): string {
  const search = new URLSearchParams(query).toString();
  return `${pathname.replace(/\/$/, "")}${path}${search === "" ? "" : `?${search}`}`;
}

export function headersOf({ body, contentType }: Sending, access: Access): Record<string, string | number> {
  const headers: Record<string, string | number> = { accept: "application/json", ...access.headers };
  if (body === undefined) return headers;
  headers["content-type"] = contentType ?? "application/json";
  headers["content-length"] = Buffer.byteLength(body);
  return headers;
}

/** As a socket wants it: an IPv6 address without brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}

/** Whether a connection that was made for one serves the other. */
export function sameTls(a: Access, b: Access): boolean {
  return (["ca", "cert", "key", "servername", "rejectUnauthorized"] as const).every(
    (name) => a.tls[name] === b.tls[name],
  );
}
