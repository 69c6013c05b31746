/** What an API server says when it refuses, as an ApiError. */
import type { IncomingHttpHeaders } from "node:http";
import { explainSystemError, systemErrorCode } from "../errors.ts";
import { ApiError } from "./client.ts";

/** What a Status of meta/v1 may say of a failure. */
interface Status {
  readonly message?: unknown;
  readonly reason?: unknown;
  readonly details?: { readonly retryAfterSeconds?: unknown } | null;
}

function statusOf(body: string): Status {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

/** Milliseconds: of the header, which may be seconds or a date, else of the Status. */
function retryAfter(header: string | undefined, status: Status, wall: number): number | undefined {
  if (header !== undefined) {
    const seconds = Number(header);
    const wait = Number.isNaN(seconds) ? Date.parse(header) - wall : seconds * 1000;
    if (Number.isFinite(wait)) return Math.max(0, wait);
  }
  const seconds = status.details?.retryAfterSeconds;
  return typeof seconds === "number" && seconds > 0 ? seconds * 1000 : undefined;
}

export interface Refusal {
  /** "GET /api/v1/services". */
  readonly what: string;
  readonly status: number;
  readonly statusText: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Unix time in milliseconds. */
  readonly wall: number;
}

export function refused({ what, status, statusText, headers, body, wall }: Refusal): ApiError {
  const said = statusOf(body);
  const reason = typeof said.reason === "string" && said.reason !== "" ? said.reason : statusText;
  const message = typeof said.message === "string" && said.message !== "" ? `: ${said.message}` : "";
  const wait = retryAfter(headers["retry-after"], said, wall);
  return new ApiError(`${what}: ${status} ${reason}${message}`, {
    status,
    reason,
    ...(wait === undefined ? {} : { retryAfter: wait }),
  });
}

/** No answer, or not all of it. */
export function unanswered(what: string, where: string, error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const reason = systemErrorCode(error) ?? "Broken";
  return new ApiError(`${what}: ${where}: ${explainSystemError(error)}`, { status: 0, reason, cause: error });
}
