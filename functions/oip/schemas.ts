import * as z from 'zod';
import { problemSchema } from '../schemas';
import '../../models/zod-without-jit';

/** The Open Inference Protocol's requests and answers; /openapi.json is made from these, too. */

const parameters = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional();
const tensor = { name: z.string(), shape: z.array(z.number().int().min(0)).min(1).max(8) };

export const inferRequestSchema = z
  .object({
    id: z.string().max(1024).optional(),
    parameters,
    inputs: z
      .array(
        z.object({
          ...tensor,
          datatype: z.string().meta({ description: 'UINT8 or FP32, values of 0–255.' }),
          parameters,
          data: z.array(z.unknown()).optional().meta({ description: 'Flat or nested; absent where binary.' }),
        }),
      )
      .length(1)
      .meta({ description: 'One: `images`, n × height × width × channels, RGB.' }),
    outputs: z
      .array(z.object({ name: z.string(), parameters }))
      .optional()
      .meta({ description: 'Those that are wanted; by default all.' }),
  })
  .meta({ id: 'InferRequest' });

export const inferAnswerSchema = z
  .object({
    model_name: z.string(),
    model_version: z.string().meta({ description: "The bundle's version: SHA-256 of its content." }),
    id: z.string().optional(),
    outputs: z.array(
      z.object({
        ...tensor,
        datatype: z.enum(['INT64', 'BOOL', 'FP64']),
        parameters,
        data: z.array(z.union([z.number(), z.boolean()])).optional(),
      }),
    ),
  })
  .meta({ id: 'InferAnswer' });

export const serverMetadataSchema = z
  .object({ name: z.string(), version: z.string(), extensions: z.array(z.string()) })
  .meta({ id: 'ServerMetadata' });

const tensorMetadata = z.object({
  name: z.string(),
  datatype: z.string(),
  shape: z.array(z.number().int()).meta({ description: '−1 for the number of images.' }),
});

export const modelMetadataSchema = z
  .object({
    name: z.string(),
    versions: z.array(z.string()),
    platform: z.string(),
    inputs: z.array(tensorMetadata),
    outputs: z.array(tensorMetadata),
  })
  .meta({ id: 'ModelMetadata' });

export const liveSchema = z.object({ live: z.boolean() }).meta({ id: 'ServerLive' });
export const readySchema = z.object({ ready: z.boolean() }).meta({ id: 'ServerReady' });
export const modelReadySchema = z.object({ name: z.string(), ready: z.boolean() }).meta({ id: 'ModelReady' });

/** Its clients read `error`. */
export const oipProblemSchema = problemSchema.extend({ error: z.string() }).meta({ id: 'OipProblem' });

export type InferRequest = z.infer<typeof inferRequestSchema>;
export type ModelMetadata = z.infer<typeof modelMetadataSchema>;
