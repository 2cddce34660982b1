import { imageTypes } from '../../models/images/decode/image-types';
import type { Limits } from '../limits';
import { MOST_IMAGES } from '../schemas';

/** What the operations are about, in the order in which one needs them. */
export const TAGS = [
  { name: 'Images', description: 'What images show, and whether they carry a backdoor.' },
  { name: 'Models', description: 'Which models there are, what they take, and how good they are.' },
  { name: 'Health', description: 'For load balancers and monitors.' },
  {
    name: 'Open Inference Protocol',
    description:
      'The same answers for clients of KServe and Triton: version 2 of [their protocol](https://github.com/kserve/open-inference-protocol).',
  },
];

/** Who needs a token. */
export const GUARDED =
  'Every request brings a bearer token, but for those to `/`, `/docs`, `/openapi.json`, `/health/live` and `/health/ready`.';
const UNGUARDED = 'This service asks for no token.';

/** What the service is, in Markdown. */
export function about({ maxBytes, maxPixels, maxRequestBytes }: Limits, needsToken: boolean): string {
  return `Answers each image with its class, 0 to N−1, or with class N where it carries a backdoor.

- **Images** are ${imageTypes('or')}, told by their bytes, of up to ${maxBytes / 2 ** 20} MiB and ${maxPixels / 1e6} megapixels each. A request may have several, as a form or as JSON: up to ${MOST_IMAGES} images and ${maxRequestBytes / 2 ** 20} MiB.
- **Errors** are problem details (RFC 9457, \`application/problem+json\`), whose \`type\` a program can switch on. After a 503, \`Retry-After\` says when to try again.
- **Tokens**: ${needsToken ? GUARDED : UNGUARDED}
- Every answer has an \`X-Request-Id\`, that of the request where it brought one: tell it when you report a fault.`;
}
