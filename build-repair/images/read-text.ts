import { readRegular } from '../../models/regular';
import { pathOf } from './names';

/** The text of a file beside images, UTF-8, its byte order mark taken off. @param path as names are told (see nameOf) */
export async function readText(path: string, mostBytes: number): Promise<string> {
  return (await readRegular(pathOf(path), mostBytes)).toString('utf8').replace(/^\ufeff/, '');
}
