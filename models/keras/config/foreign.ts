import { type JsonObject, ownText } from './json';

/** What an entry is, where it is none of Keras's own layers, as Keras 3 (and 2.12 and later) registers it. */
export function foreignClass(entry: JsonObject): string | undefined {
  const registered = ownText(entry, 'registered_name');
  const module = ownText(entry, 'module');
  const className = ownText(entry, 'class_name');
  const custom = [className, registered].find((name) => name?.includes('>'));
  if (custom) return `of the class ${custom}, made outside Keras`;
  // Keras names the module of its own; an author's class has a registered name alone.
  if (!module && registered !== undefined) return `of the class ${registered}, made outside Keras`;
  if (module && !/^(keras|tf_keras|tensorflow|builtins)(\.|$)/.test(module)) {
    return `of the class ${module}.${className}, made outside Keras`;
  }
  return module && /\.ops\b/.test(module) ? `the operation ${module}.${className}, no layer` : undefined;
}
