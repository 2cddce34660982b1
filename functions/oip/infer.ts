import { Buffer } from 'node:buffer';
import type { Context } from 'hono';
import { imageSize } from '../../models/images/set';
import type { Verdict } from '../../models/verdict';
import { readBody } from '../body';
import type { Classifier } from '../classifier';
import type { Limits } from '../limits';
import type { Watch } from '../observe/watch';
import { Problem } from '../problem';
import { MOST_IMAGES } from '../schemas';
import { type InferRequest, inferRequestSchema } from './schemas';
import { bytesOf, inputValues, type OutputTensor } from './tensors';

const HEADER_LENGTH = 'inference-header-content-length';

/** The name of the image tensor: n × height × width × channels values of 0–255, RGB. */
export const INPUT = 'images';

/** What is told of each image, in order. */
const OUTPUTS = [
  { name: 'class', datatype: 'INT64', of: (verdict: Verdict) => verdict.class },
  { name: 'backdoored', datatype: 'BOOL', of: (verdict: Verdict) => verdict.backdoored },
  { name: 'p_value', datatype: 'FP64', of: (verdict: Verdict) => verdict.pValue },
  { name: 'suspicion', datatype: 'FP64', of: (verdict: Verdict) => verdict.suspicion },
  { name: 'bad_class', datatype: 'INT64', of: (verdict: Verdict) => verdict.bad.class },
  { name: 'repaired_class', datatype: 'INT64', of: (verdict: Verdict) => verdict.repaired.class },
] as const;

/** What is told beside, of models that can tell it. */
const FAMILIARITY = [
  { name: 'familiarity', datatype: 'FP64', of: (verdict: Verdict) => verdict.familiarity! },
  { name: 'unfamiliar', datatype: 'BOOL', of: (verdict: Verdict) => verdict.unfamiliar! },
] as const;

/** What a model tells of each image. */
export function outputsOf({ tellsFamiliarity }: Pick<Classifier, 'tellsFamiliarity'>) {
  return tellsFamiliarity ? [...OUTPUTS, ...FAMILIARITY] : OUTPUTS;
}

/** Answers `POST /v2/models/{model}/infer`, its tensors as JSON or binary. */
export async function infer(c: Context, model: Classifier, limits: Limits, watch: Watch): Promise<Response> {
  const body = await readBody(c.req.raw, limits.maxRequestBytes, 'A request');
  const { request, binary } = parse(body, c.req.header(HEADER_LENGTH));
  const input = request.inputs[0]!;
  const { height, width, channels } = model.input;
  const [count, ...image] = input.shape;
  if (input.name !== INPUT || image.join() !== [height, width, channels].join()) {
    throw new Problem(
      'malformed',
      `One input is wanted: ${INPUT}, of n × ${height} × ${width} × ${channels}.`,
    );
  }
  if (count === 0) throw new Problem('malformed', 'There is no image: the shape begins with 0.');
  if (count! > MOST_IMAGES) {
    throw new Problem('too-many-images', `${count} images; a request may have ${MOST_IMAGES} at most.`);
  }
  const pixels = inputValues(input, binary);
  if (pixels.length !== count! * imageSize(model.input))
    throw new Problem('malformed', 'The shape does not fit.');
  const verdicts = await model.classify(pixels, count!);
  for (const verdict of verdicts) watch.verdict(model.model, verdict);
  return answer(model, request, verdicts);
}

function parse(body: Uint8Array, header: string | undefined): { request: InferRequest; binary: Uint8Array } {
  const length = header === undefined ? body.length : /^\d{1,9}$/.test(header) ? Number(header) : -1;
  if (length < 0 || length > body.length) {
    throw new Problem(
      'malformed',
      `Inference-Header-Content-Length is ${header}, of a body of ${body.length} bytes.`,
    );
  }
  let raw: unknown;
  try {
    raw = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body.subarray(0, length)));
  } catch {
    throw new Problem('malformed', 'The request is not JSON.');
  }
  const parsed = inferRequestSchema.safeParse(raw);
  if (parsed.success) return { request: parsed.data, binary: body.subarray(length) };
  const issue = parsed.error.issues[0]!;
  throw new Problem('malformed', `${issue.path.join('.')}: ${issue.message}`);
}

function answer(model: Classifier, request: InferRequest, verdicts: readonly Verdict[]): Response {
  const asked = request.outputs ?? outputsOf(model).map(({ name }) => ({ name, parameters: undefined }));
  const all = request.parameters?.binary_data_output === true;
  const outputs: object[] = [];
  const parts: Buffer[] = [];
  for (const { name, parameters } of asked) {
    const tensor = outputOf(name, verdicts, model);
    if (!(parameters?.binary_data ?? all)) {
      outputs.push(tensor);
      continue;
    }
    const bytes = bytesOf(tensor);
    parts.push(bytes);
    const { data: _, ...told } = tensor;
    outputs.push({ ...told, parameters: { binary_data_size: bytes.length } });
  }
  const header = Buffer.from(
    JSON.stringify({ model_name: model.model, model_version: model.id, id: request.id, outputs }),
  );
  if (parts.length === 0) return new Response(header, { headers: { 'Content-Type': 'application/json' } });
  return new Response(Buffer.concat([header, ...parts]), {
    headers: {
      'Content-Type': 'application/octet-stream',
      'Inference-Header-Content-Length': String(header.length),
    },
  });
}

function outputOf(name: string, verdicts: readonly Verdict[], model: Classifier): OutputTensor {
  const outputs = outputsOf(model);
  const output = outputs.find((each) => each.name === name);
  if (!output) {
    const names = outputs.map((each) => each.name).join(', ');
    throw new Problem('malformed', `There is no output ${name}; there are ${names}.`);
  }
  const of: (verdict: Verdict) => number | boolean = output.of;
  const data = verdicts.map((verdict) => of(verdict)) as OutputTensor['data'];
  return { name, datatype: output.datatype, shape: [verdicts.length], data };
}
