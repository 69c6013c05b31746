/** meta/v1 ObjectMeta: the parts that decide anything. */
import * as z from "zod";

const labels = z.record(z.string(), z.string());

export const metadata = z
  .object({
    labels: labels.default({}),
    annotations: labels.default({}),
    creationTimestamp: z.string().optional(),
    deletionTimestamp: z.string().optional(),
    resourceVersion: z.string().optional(),
  })
  .prefault({});

export type Metadata = z.output<typeof metadata>;

/** Of kinds whose annotations decide nothing; on some of them others write there all the time. */
export const labelled = z.object({ labels: labels.default({}), deletionTimestamp: z.string().optional() }).prefault({});
