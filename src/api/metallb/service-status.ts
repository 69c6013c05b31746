/** What ServiceL2Status and ServiceBGPStatus have in common. */
import * as z from "zod";
import { IMMUTABLE } from "./rules.ts";

const name = z.string().meta({ "x-kubernetes-validations": [IMMUTABLE] });

export const announced = {
  node: name.optional().describe("The node that announces."),
  serviceName: name.optional().describe("Name of the Service."),
  serviceNamespace: name.optional().describe("Namespace of the Service."),
};
