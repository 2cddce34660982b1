import { type EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import type { ScreenedObject } from '../screening/screen-object';

/**
 * Tells an EventBridge bus of each screened object: source `goodnet`, detail type `Upload Screened`, the result as detail.
 * The same object screened twice is told twice.
 * @throws Error where the bus does not take it: it is worth trying again
 */
export function announceOn(
  bus: string,
  client: EventBridgeClient,
): (result: ScreenedObject) => Promise<void> {
  return async (result) => {
    const entry = {
      EventBusName: bus,
      Source: 'goodnet',
      DetailType: 'Upload Screened',
      Detail: JSON.stringify(result),
    };
    const { Entries } = await client.send(new PutEventsCommand({ Entries: [entry] }));
    const refused = Entries?.find(({ ErrorCode }) => ErrorCode);
    if (refused)
      throw new Error(`The bus ${bus} refuses an event: ${refused.ErrorCode}: ${refused.ErrorMessage}`);
  };
}
