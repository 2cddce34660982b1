/** What options of the library may be, for those who read them from text. Nothing here loads the engine. */
export { METHODS } from '../../models/bundle/methods';
export { parseFit } from '../../models/images/fit';
export { describePixels, readPixels } from '../../models/pixels';
export { PLAIN_NETS } from '../export/nets';
export { CLASS_ORDERS } from '../images/class-folders';
export { parseMemory } from '../memory-option';
export { parseSize } from '../size';
