import { Buffer } from 'node:buffer';
import type { Context } from 'hono';
import { imageSize } from '../../models/images/set';
import { first, present } from '../../models/present';
import type { Verdict } from '../../models/verdict';
import { readBody } from '../body';
import { callerOf } from '../caller';
import type { Classifier } from '../classifier';
import { clipped, faultsIn, holdsAtMost, parseJson } from '../json';
import type { HeldBytes, Limits, Room } from '../limits';
import type { Trail } from '../observe/audit';
import type { Watch } from '../observe/watch';
import { Problem } from '../problem';
import { queryOf } from '../query';
import { MOST_IMAGES } from '../schemas';
import { type InferRequest, inferRequestSchema } from './schemas';
import { bytesOf, inputValues, type OutputTensor, type TensorText } from './tensors';

const HEADER_LENGTH = 'inference-header-content-length';

/** The most values of a request beside the tensor's: what can be asked for has a few dozen. */
const MAX_BESIDE = 1000;

/** The tensor's values, which are many: `inputValues` reads them from their text. */
const VALUES = { list: 'inputs', key: 'data', kind: 'list' } as const;

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
  { name: 'familiarity', datatype: 'FP64', of: (verdict: Verdict) => verdict.familiarity ?? Number.NaN },
  { name: 'unfamiliar', datatype: 'BOOL', of: (verdict: Verdict) => verdict.unfamiliar ?? false },
] as const;

/** What a model tells of each image. */
export function outputsOf({ tellsFamiliarity }: Pick<Classifier, 'tellsFamiliarity'>) {
  return tellsFamiliarity ? [...OUTPUTS, ...FAMILIARITY] : OUTPUTS;
}

/** What a request is answered with. */
interface Inferring {
  readonly limits: Limits;
  /** The bytes that all requests hold. */
  readonly held: HeldBytes;
  readonly watch: Watch;
  readonly trail: Trail;
}

/** Answers `POST /v2/models/{model}/infer`, its tensors as JSON or binary. */
export function infer(c: Context, model: Classifier, by: Inferring): Promise<Response> {
  const caller = callerOf(c);
  return by.held.during(caller, (room) => inferWithin(c, model, by, room, caller));
}

async function inferWithin(
  c: Context,
  model: Classifier,
  { limits, watch, trail }: Inferring,
  room: Room,
  caller: string,
): Promise<Response> {
  queryOf(c, []);
  const { maxRequestBytes: maxBytes, slowest } = limits;
  const body = await readBody(c.req.raw, { maxBytes, what: 'A request', room, slowest });
  const { request, ...text } = await parse(body, c.req.header(HEADER_LENGTH), mostValues(model));
  const outputs = wantedOf(request, model);
  const input = first(request.inputs);
  const { height, width, channels } = model.input;
  const [count = 0, ...image] = input.shape;
  if (input.name !== INPUT || image.join() !== [height, width, channels].join()) {
    throw new Problem(
      'malformed',
      `One input is wanted: ${INPUT}, of n × ${height} × ${width} × ${channels}.`,
    );
  }
  if (count === 0) throw new Problem('malformed', 'There is no image: the shape begins with 0.');
  if (count > MOST_IMAGES) {
    throw new Problem('too-many-images', `${count} images; a request may have ${MOST_IMAGES} at most.`);
  }
  const pixels = await inputValues(input, text);
  if (pixels.length !== count * imageSize(model.input))
    throw new Problem('malformed', 'The shape does not fit.');
  tellWhole(pixels, count, trail);
  const verdicts = await model.classify(pixels, count, 0, caller);
  for (const verdict of verdicts) watch.verdict(model.model, verdict);
  trail.judged(model.alpha, verdicts);
  return answer(model, request, outputs, verdicts);
}

/** Floats lie in memory as the protocol has them, little-endian, on all that runs this. */
function tellWhole(pixels: Uint8Array | Float32Array, count: number, trail: Trail): void {
  trail.expect(count);
  const size = pixels.length / count;
  for (let i = 0; i < count; i++) {
    const { buffer, byteOffset, byteLength } = pixels.subarray(i * size, (i + 1) * size);
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    trail.whole(i, bytes, pixels instanceof Uint8Array ? 'UINT8' : 'FP32');
  }
}

async function parse(
  body: Uint8Array,
  header: string | undefined,
  maxValues: number,
): Promise<TensorText & { request: InferRequest }> {
  const length = header === undefined ? body.length : /^\d{1,9}$/.test(header) ? Number(header) : -1;
  if (length < 0 || length > body.length) {
    throw new Problem(
      'malformed',
      `Inference-Header-Content-Length is ${clipped(header ?? '')}, of a body of ${body.length} bytes.`,
    );
  }
  const { value, apart } = await parseJson(body.subarray(0, length), maxValues, VALUES);
  return { request: requestOf(value), lists: apart, binary: body.subarray(length) };
}

function requestOf(raw: unknown): InferRequest {
  if (!holdsAtMost(raw, MAX_BESIDE)) {
    throw new Problem('malformed', `The request holds more than ${MAX_BESIDE} values beside the tensor's.`);
  }
  const parsed = inferRequestSchema.safeParse(raw);
  if (!parsed.success) throw new Problem('malformed', faultsIn(parsed.error));
  return parsed.data;
}

/**
 * The most values of a request's JSON: those of as many images as are taken, nested as their shape is, twice, so that one
 * who sends too many images is told so.
 */
function mostValues({ input: { height, width, channels } }: Classifier): number {
  return 2 * MOST_IMAGES * (1 + height * (1 + width * (1 + channels))) + MAX_BESIDE;
}

/** The outputs that are asked for: each is one of the model's, and asked for once. */
function wantedOf(request: InferRequest, model: Classifier): NonNullable<InferRequest['outputs']> {
  const all = outputsOf(model).map(({ name }) => name);
  const wanted = request.outputs ?? all.map((name) => ({ name }));
  const before = new Set<string>();
  for (const { name } of wanted) {
    if (!(all as readonly string[]).includes(name)) {
      throw new Problem('malformed', `There is no output ${clipped(name)}; there are ${all.join(', ')}.`);
    }
    if (before.has(name)) throw new Problem('malformed', `The output ${name} is asked for twice.`);
    before.add(name);
  }
  return wanted;
}

function answer(
  model: Classifier,
  request: InferRequest,
  wanted: NonNullable<InferRequest['outputs']>,
  verdicts: readonly Verdict[],
): Response {
  const all = request.parameters?.binary_data_output === true;
  const outputs: object[] = [];
  const parts: Buffer[] = [];
  for (const { name, parameters } of wanted) {
    const tensor = outputOf(name, verdicts, model);
    if (!(parameters?.binary_data ?? all)) {
      outputs.push(tensor);
      continue;
    }
    const bytes = bytesOf(tensor);
    parts.push(bytes);
    const { data: _, ...described } = tensor;
    outputs.push({ ...described, parameters: { binary_data_size: bytes.length } });
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
  const output = present(
    outputsOf(model).find((each) => each.name === name),
    name,
  );
  const of: (verdict: Verdict) => number | boolean = output.of;
  const data = verdicts.map((verdict) => of(verdict)) as OutputTensor['data'];
  return { name, datatype: output.datatype, shape: [verdicts.length], data };
}
