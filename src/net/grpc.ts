/** A gRPC client that knows methods by name and messages as bytes. The library is loaded with this file. */
import { readFileSync } from "node:fs";
import { Client, credentials, status } from "@grpc/grpc-js";
import type { ChannelCredentials, ServiceError } from "@grpc/grpc-js";

/** PEM files. */
export interface GrpcTls {
  readonly ca: string;
  /** Both or none: what this side shows. */
  readonly certificate?: string;
  readonly key?: string;
}

export interface GrpcOptions {
  /** "127.0.0.1:50051", "[::1]:50051" or "unix:///run/gobgpd.sock". */
  readonly address: string;
  readonly tls?: GrpcTls;
  /** Milliseconds until a call without an answer has failed; 10,000 by default. */
  readonly timeout?: number;
}

/** A call that failed, in one sentence; `status` is gRPC's number. */
export class GrpcError extends Error {
  override readonly name = "GrpcError";
  readonly status: number;

  constructor(status: number, message: string, cause?: unknown) {
    super(message, { cause });
    this.status = status;
  }
}

/** Most bytes of one answer. */
const LIMIT = 64 * 1024 * 1024;
const CHANNEL = {
  "grpc.max_receive_message_length": LIMIT,
  // Whoever calls decides when to try again.
  "grpc.initial_reconnect_backoff_ms": 100,
  "grpc.max_reconnect_backoff_ms": 500,
};

const pass = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const take = (bytes: Buffer): Uint8Array => bytes;

/** Connects at the first call and again after a loss. */
export class GrpcClient {
  readonly #options: GrpcOptions & { readonly timeout: number };
  #client: Client | undefined;

  constructor(options: GrpcOptions) {
    this.#options = { timeout: 10_000, ...options };
  }

  /** One request, one answer. */
  call(method: string, request: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const done = this.#answer(method, resolve, reject);
      this.#open().makeUnaryRequest(method, pass, take, request, { deadline: this.#deadline() }, done);
    });
  }

  /** Many requests, one answer. */
  send(method: string, requests: Iterable<Uint8Array>): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const done = this.#answer(method, resolve, reject);
      const stream = this.#open().makeClientStreamRequest(method, pass, take, { deadline: this.#deadline() }, done);
      for (const request of requests) stream.write(request);
      stream.end();
    });
  }

  /** One request; resolves with all answers once the last has come. */
  list(method: string, request: Uint8Array): Promise<readonly Uint8Array[]> {
    return new Promise((resolve, reject) => {
      const stream = this.#open().makeServerStreamRequest(method, pass, take, request, { deadline: this.#deadline() });
      const answers: Uint8Array[] = [];
      stream.on("data", (bytes: Uint8Array) => answers.push(bytes));
      stream.on("end", () => resolve(answers));
      stream.on("error", (error: ServiceError) => reject(this.#failure(method, error)));
    });
  }

  /** One request; `heard` gets each answer until `ended` says why there will be no more. */
  watch(
    method: string,
    request: Uint8Array,
    heard: (answer: Uint8Array) => void,
    ended: (error: Error) => void,
  ): { cancel(): void } {
    let open = true;
    const stream = this.#open().makeServerStreamRequest(method, pass, take, request);
    const end = (error: Error): void => {
      if (open) ended(error);
      open = false;
    };
    stream.on("data", (bytes: Uint8Array) => open && heard(bytes));
    stream.on("end", () => end(new GrpcError(status.UNAVAILABLE, `${this.#options.address} ended ${nameOf(method)}`)));
    stream.on("error", (error: ServiceError) => end(this.#failure(method, error)));
    return {
      cancel: () => {
        open = false;
        stream.cancel();
      },
    };
  }

  /** Ends the connection; calls without an answer fail. A later call connects anew. */
  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  #open(): Client {
    this.#client ??= new Client(this.#options.address, secured(this.#options.tls), CHANNEL);
    return this.#client;
  }

  #deadline(): number {
    return Date.now() + this.#options.timeout;
  }

  #answer(method: string, resolve: (bytes: Uint8Array) => void, reject: (error: Error) => void) {
    return (error: ServiceError | null, value?: Uint8Array): void => {
      if (error === null) resolve(value ?? new Uint8Array());
      else reject(this.#failure(method, error));
    };
  }

  #failure(method: string, error: ServiceError): GrpcError {
    const { address, timeout } = this.#options;
    return new GrpcError(error.code, sentence(nameOf(method), address, timeout, error), error);
  }
}

function nameOf(method: string): string {
  return method.slice(method.lastIndexOf("/") + 1);
}

function sentence(method: string, address: string, timeout: number, { code, details }: ServiceError): string {
  switch (code) {
    case status.DEADLINE_EXCEEDED:
      return `${address} gave no answer to ${method} for ${timeout / 1000} s`;
    case status.UNAVAILABLE:
      if (/EACCES/.test(details)) return `${address} may not be opened: run as a user who may write to the socket`;
      if (/ENOENT/.test(details)) return `${address} is not there: the daemon does not run, or has its API elsewhere`;
      if (/ECONNREFUSED/.test(details))
        return `nothing listens on ${address}: the daemon does not run, or has its API elsewhere`;
      return `the connection to ${address} failed: ${details}`;
    default:
      return `${method} failed: ${details}`;
  }
}

function read(path: string | undefined): Buffer | null {
  return path === undefined ? null : readFileSync(path);
}

/** Reads the files anew at each connection: certificates are renewed. */
function secured(tls: GrpcTls | undefined): ChannelCredentials {
  if (tls === undefined) return credentials.createInsecure();
  return credentials.createSsl(read(tls.ca), read(tls.key), read(tls.certificate));
}
