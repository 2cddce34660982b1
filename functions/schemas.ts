import * as z from 'zod';
import { UNFAMILIAR } from '../models/detector/familiarity';
import { FIT } from '../models/images/fit';
import '../models/zod-without-jit';
import { MOST_PLACES } from './locate-triggers';

/** What requests and answers are made of; /openapi.json is made from these, too. */

const share = z.number().min(0).max(1);
const netAnswer = z
  .object({ class: z.number().int().min(0), probability: share })
  .meta({ description: "A net's class, 0…N−1, and its softmax probability." });

/** The most images of one request. */
export const MOST_IMAGES = 64;
/** The most classes of each net that `?detail=` tells. */
export const MOST_DETAIL = 100;

export const verdictSchema = z
  .object({
    class: z
      .number()
      .int()
      .min(0)
      .meta({ description: '0…N−1 for a clean image; N exactly when backdoored.' }),
    className: z
      .string()
      .optional()
      .meta({ description: 'The name of the class, where the model has names; none of class N.' }),
    backdoored: z.boolean().meta({ description: 'Whether the image carries a backdoor.' }),
    pValue: share.meta({
      description: 'How often a clean image is at least as suspicious; backdoored where ≤ α.',
    }),
    suspicion: z.number().meta({ description: 'The score behind it; comparable within one bundle only.' }),
    familiarity: share.optional().meta({
      description:
        'How often a clean image is at least as unlike the others, whatever pValue says; absent where the bundle can’t tell.',
    }),
    unfamiliar: z
      .boolean()
      .optional()
      .meta({
        description: `Whether the picture is unlike those that the bundle was calibrated on: its familiarity is at most ${UNFAMILIAR}.`,
      }),
    answer: netAnswer.meta({
      description:
        'The class that the image has if it is clean: that of the net as it was, or, where that is unsure, of several views.',
    }),
    bad: netAnswer.meta({ description: 'What the net says as it was, with its backdoor.' }),
    repaired: netAnswer.meta({
      description:
        'What the repaired net answers by itself, whatever the detector says. Of a bundle without one that stands alone, as earlier versions made them: what net and detector together name once the suspicious class is passed over.',
    }),
    recovered: netAnswer.optional().meta({
      description:
        'Of a picture that is at least somewhat suspicious (p-value up to 0.02): the class that it seems to have beneath a trigger. Absent of others, and where the method has no detector.',
    }),
    top: z
      .object({ bad: z.array(netAnswer), repaired: z.array(netAnswer) })
      .optional()
      .meta({ description: "Both nets' most probable classes, as many as ?detail= asked for." }),
    place: z
      .object({
        x: z.number().int().min(0),
        y: z.number().int().min(0),
        width: z.number().int().min(1),
        height: z.number().int().min(1),
        sureness: share.meta({
          description:
            'How much less the net’s answer hangs on any other place of the picture. No place is told below two thirds.',
        }),
      })
      .optional()
      .meta({
        description: `Of a flagged picture, where ?detail= asked for 1 or more: the box without which the net names another class, in pixels of the picture as the net takes it (\`input\` of the model), from its top left corner. Left out where it can't be told, as of a trigger all over the picture, and of others than the first ${MOST_PLACES} flagged pictures of a request.`,
      }),
    rendering: z.enum(['alpha-dropped', 'on-white', 'on-black']).optional().meta({
      description:
        'Of a picture that isn’t opaque: which of its renderings the verdict is on. It is judged with its alpha dropped, on white and on black, and the most suspicious counts.',
    }),
  })
  .meta({ id: 'Verdict' });

export const problemSchema = z
  .object({
    code: z.string().meta({ description: 'A code of docs/errors.md, for programs to switch on.' }),
    type: z.string().meta({ description: 'urn:goodnet:problem:NAME, the same by another name.' }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string().optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });

const answeredBy = {
  model: z.string(),
  bundle: z.string().meta({ description: "The bundle's version: SHA-256 of its content." }),
  alpha: share.meta({ description: 'The false-positive rate that was judged at.' }),
};

export const oneAnswerSchema = verdictSchema.extend(answeredBy).meta({ id: 'Answer' });

export const manyAnswersSchema = z
  .object({
    ...answeredBy,
    results: z
      .array(
        z.union([
          verdictSchema.extend({ name: z.string().optional() }),
          z.object({ name: z.string().optional(), error: problemSchema }),
        ]),
      )
      .meta({ description: 'One for each image, in order: a verdict or an error.' }),
  })
  .meta({ id: 'Answers' });

export const jsonImagesSchema = z
  .object({
    images: z
      .array(
        z.union([
          z.strictObject({ name: z.string().max(1024).optional(), base64: z.string() }),
          z.strictObject({
            name: z.string().max(1024).optional(),
            s3: z.strictObject({
              bucket: z.string().min(1).max(255),
              key: z.string().min(1).max(1024),
              versionId: z.string().min(1).max(1024).optional(),
            }),
          }),
        ]),
      )
      .min(1)
      .max(MOST_IMAGES),
  })
  .meta({ id: 'Images' });

export const modelSchema = z
  .object({
    model: z.string(),
    bundle: z.string().meta({ description: "The bundle's version: SHA-256 of its content." }),
    classes: z.number().int().min(2).meta({ description: 'N: an image’s class is 0…N−1, or N.' }),
    classNames: z.array(z.string()).optional().meta({ description: 'By class.' }),
    input: z
      .object({
        height: z.number().int(),
        width: z.number().int(),
        channels: z.number().int(),
        fit: z.string().regex(FIT).optional().meta({
          description:
            'How a picture of another size is brought to it: stretched, cropped at the centre (`crop:256/224` makes it 256/224 times as large before), or padded with black.',
        }),
      })
      .meta({ description: 'What the net takes.' }),
    alpha: share.meta({ description: 'The share of clean images that are answered "backdoored".' }),
    alphas: z
      .object({ least: share, most: share })
      .optional()
      .meta({ description: 'The false-positive rates that ?alpha= may ask for.' }),
    method: z.string().optional().meta({ description: 'How it was repaired.' }),
    measured: z.record(z.string(), z.number()).optional().meta({
      description:
        'On clean images, as many as `images`: the accuracy of the net as it was, of what `repaired` names, which is the answer of net and detector together, and of GoodNet, and the share of false alarms.',
    }),
    without: z
      .array(z.object({ evidence: z.string(), reason: z.string() }))
      .optional()
      .meta({ description: 'Evidence that is not asked for, and why.' }),
    calibrationImages: z.number().int().optional().meta({ description: 'Clean images behind the p-values.' }),
    finding: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: 'Whether the net was found to be backdoored, and how.' }),
    limits: z
      .object({
        imageBytes: z.number().int().meta({ description: 'Bytes of one image.' }),
        imagePixels: z.number().int().meta({ description: 'Width × height of one image.' }),
        requestBytes: z.number().int().meta({ description: 'Bytes of a request, base64 as it is sent.' }),
        requestImages: z.number().int().meta({ description: 'Images of a request.' }),
      })
      .meta({ description: 'The most that this service takes.' }),
  })
  .meta({ id: 'Model' });

export const modelsSchema = z.object({ models: z.array(z.string()) }).meta({ id: 'Models' });

export const statusSchema = z.object({ status: z.literal('ok') }).meta({ id: 'Status' });

export const healthSchema = statusSchema
  .extend({
    engine: z.string().optional().meta({ description: 'What runs the nets.' }),
    models: z
      .array(z.string())
      .optional()
      .meta({ description: 'Their names, where there is not one alone.' }),
    ...modelSchema.pick({ model: true, bundle: true, classes: true, input: true, alpha: true }).partial()
      .shape,
  })
  .meta({ id: 'Health' });

export type Answer = z.infer<typeof oneAnswerSchema>;
export type Answers = z.infer<typeof manyAnswersSchema>;
export type JsonImages = z.infer<typeof jsonImagesSchema>;
export type ModelInfo = z.infer<typeof modelSchema>;
