/**
 * The ID token of a kubeconfig's auth-provider "oidc", exchanged for a new one when it has run out (OpenID Connect Core
 * section 12). Done here because @kubernetes/client-node 2.0.1 fails at it: it hands its library an issuer, and answers of
 * an issuer with an authority of its own, in types that the library refuses.
 */
import { readFileSync } from "node:fs";
import type { RequestOptions } from "node:https";
import { text } from "node:stream/consumers";
import type { Clock } from "../clock.ts";

const https = process.getBuiltinModule("node:https");

const TIMEOUT_MS = 10_000;
/** A token is exchanged so long before it runs out. */
const EARLY_MS = 10_000;

/** The keys of auth-provider.config. */
export type OidcSettings = Readonly<Record<string, unknown>>;

/** Answers the token to show now; rejects where the issuer gives none, with an Error that says why. */
export function oidcToken(settings: OidcSettings, clock: Clock): () => Promise<string | undefined> {
  const given = (name: string): string => (typeof settings[name] === "string" ? settings[name] : "");
  let [token, refreshToken] = [given("id-token"), given("refresh-token")];
  let exchange: Promise<void> | undefined;

  async function renew(): Promise<void> {
    const issuer = given("idp-issuer-url").replace(/\/$/, "");
    const ca = authority(given("idp-certificate-authority-data"), given("idp-certificate-authority"));
    const discovered = await ask(`${issuer}/.well-known/openid-configuration`, { ca });
    const form = { grant_type: "refresh_token", refresh_token: refreshToken, client_id: given("client-id") };
    const secret = given("client-secret");
    const auth = [given("client-id"), secret].map(encodeURIComponent).join(":");
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const options = { ca, method: "POST", headers, ...(secret === "" ? {} : { auth }) };
    const answer = await ask(String(discovered["token_endpoint"]), options, new URLSearchParams(form).toString());
    if (typeof answer["id_token"] !== "string") throw new Error(`OIDC issuer ${issuer}: it gave no id_token`);
    token = answer["id_token"];
    // An issuer need not give a new refresh token: then the old one stays good.
    if (typeof answer["refresh_token"] === "string") refreshToken = answer["refresh_token"];
  }

  return async () => {
    if (refreshToken !== "" && expiry(token) - EARLY_MS <= clock.wall()) {
      exchange ??= renew().finally(() => (exchange = undefined));
      await exchange;
    }
    return token === "" ? undefined : token;
  };
}

/** Unix time in milliseconds when a JSON Web Token runs out; 0 where it does not say. */
function expiry(token: string): number {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    return isRecord(payload) && typeof payload["exp"] === "number" ? payload["exp"] * 1000 : 0;
  } catch {
    return 0;
  }
}

function authority(data: string, file: string): string | undefined {
  if (data !== "") return Buffer.from(data, "base64").toString();
  return file === "" ? undefined : readFileSync(file, "utf8");
}

/** A JSON object over HTTPS. The error names the URL and the status, and nothing that was sent. */
function ask(url: string, options: RequestOptions, body = ""): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const failed = (why: string, cause?: unknown): void => reject(new Error(`OIDC issuer ${url}: ${why}`, { cause }));
    const request = https.request(url, { ...options, agent: false, timeout: TIMEOUT_MS }, (response) => {
      text(response).then(
        (answer) => {
          const value = parse(answer);
          if (response.statusCode === 200 && value !== undefined) resolve(value);
          else failed(`it answered ${response.statusCode}${errorOf(value)}; log in again`);
        },
        (error: unknown) => failed("the answer broke off", error),
      );
    });
    request.on("timeout", () => request.destroy(new Error(`no answer within ${TIMEOUT_MS / 1000} s`)));
    request.on("error", (error) => failed(error.message, error));
    request.end(body);
  });
}

/** RFC 6749 section 5.2. */
function errorOf(answer: Record<string, unknown> | undefined): string {
  return typeof answer?.["error"] === "string" ? ` ${answer["error"]}` : "";
}

function parse(json: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
