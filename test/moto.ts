import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pythonTools } from './python-tools';

const tools = pythonTools();

/** Whether there is a stand-in of EventBridge and SQS here to test against. */
export const hasMoto = tools !== undefined;

export interface Moto {
  readonly endpoint: string;
  readonly config: {
    endpoint: string;
    region: string;
    credentials: { accessKeyId: string; secretAccessKey: string };
  };
  /** Makes a queue. @returns its address */
  createQueue(name: string): Promise<string>;
  /** Takes what is in a queue: the messages' bodies. */
  receive(queue: string): Promise<{ messageId: string; body: string }[]>;
  close(): Promise<void>;
}

/** Starts moto, a stand-in of many of AWS's services, on a free port. */
export async function startMoto(): Promise<Moto> {
  const child = spawn(join(tools!, 'bin/moto_server'), ['-H', '127.0.0.1', '-p', '0'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const endpoint = await new Promise<string>((resolve, reject) => {
    createInterface(child.stderr).on('line', (line) => {
      const found = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(line);
      if (found) resolve(found[1]!);
    });
    child.once('exit', (code) => reject(new Error(`moto ended with ${code}`)));
  });
  // SQS as AWS's SDKs speak it; moto asks for no real signature.
  const sqs = async (action: string, body: object) => {
    const response = await fetch(endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `AmazonSQS.${action}`,
        authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/sqs/aws4_request',
      },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${action}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Record<string, unknown>;
  };
  return {
    endpoint,
    config: {
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    },
    createQueue: async (QueueName) => (await sqs('CreateQueue', { QueueName })).QueueUrl as string,
    async receive(QueueUrl) {
      const { Messages = [] } = await sqs('ReceiveMessage', { QueueUrl, MaxNumberOfMessages: 10 });
      return (Messages as { MessageId: string; Body: string }[]).map(({ MessageId, Body }) => ({
        messageId: MessageId,
        body: Body,
      }));
    },
    async close() {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}
