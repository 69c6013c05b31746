/** What an API server was asked, by whom, and what it answered: kube-apiserver's own audit log. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const POLICY = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: Metadata
    userGroups: ["system:serviceaccounts:metallb-system"]
  - level: None
`;

interface Entry {
  readonly stage: "ResponseStarted" | "ResponseComplete" | "Panic";
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly objectRef?: {
    readonly apiGroup?: string;
    readonly resource?: string;
    readonly subresource?: string;
    readonly namespace?: string;
    readonly name?: string;
  };
  readonly responseStatus: { readonly code: number };
}

/** One request of an account: "patch services/status" and so on. */
export interface Asked {
  /** "herald-controller". */
  readonly account: string;
  readonly verb: string;
  readonly group: string;
  /** With its subresource. */
  readonly resource: string;
  readonly name: string;
  /** HTTP status. */
  readonly code: number;
}

export class Audit implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "herald-audit-"));

  constructor() {
    writeFileSync(join(this.#folder, "policy.yaml"), POLICY);
  }

  /** For kube-apiserver. */
  get flags(): string[] {
    return [`--audit-policy-file=${join(this.#folder, "policy.yaml")}`, `--audit-log-path=${this.#log}`];
  }

  get #log(): string {
    return join(this.#folder, "audit.log");
  }

  /** All that was asked so far by accounts of Herald's namespace; a watch counts when it has begun. */
  requests(): Asked[] {
    const lines = readFileSync(this.#log, "utf8").split("\n").slice(0, -1);
    return lines.flatMap((line) => {
      const { stage, verb, user, objectRef = {}, responseStatus } = JSON.parse(line) as Entry;
      if (stage !== "ResponseComplete" && verb !== "watch") return [];
      const { apiGroup = "", resource = "", subresource, name = "" } = objectRef;
      return [
        {
          account: user.username.split(":").at(-1) ?? "",
          verb,
          group: apiGroup,
          resource: subresource === undefined ? resource : `${resource}/${subresource}`,
          name,
          code: responseStatus.code,
        },
      ];
    });
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
