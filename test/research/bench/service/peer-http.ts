import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Serves whatever answers the bytes of a picture with JSON, and says where. */
export function servePictures(answer: (picture: Buffer) => Promise<string>): void {
  const server = createServer(async (request, response) => {
    try {
      const said = await answer(await bodyOf(request));
      response.setHeader('Content-Type', 'application/json');
      response.end(said);
    } catch (error) {
      response.statusCode = 400;
      response.end(String(error));
    }
  });
  server.listen(0, '127.0.0.1', () => {
    console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
