import { ALLOWED, INSIDE, READ, standardText, TEXTS } from './licences.mjs';

/**
 * What a program tells of the packages inside it: names, versions, licences and their texts, each text once.
 * @param packages as inlined() gives them
 * @param beside works that come along without being inside: `{ name, licence, text }`
 * @throws Error that names each package whose licence is not allowed, or whose text is missing
 */
export function noticesText(packages, beside = []) {
  const faults = [];
  const works = packages.flatMap((each) => {
    const { name, version, licence, texts } = each;
    if (!ALLOWED.has(licence) && !READ.has(name))
      faults.push(`${name} ${version}: the licence ${licence ?? '(none is told)'} is not on the list`);
    const text = texts.length > 0 ? texts.join('\n\n') : (TEXTS[name]?.() ?? standardText(licence));
    if (!text) faults.push(`${name} ${version}: no text of its licence, ${licence}, is to be found`);
    const inside = Object.hasOwn(INSIDE, name) ? INSIDE[name]() : [];
    return [{ name: `${name} ${version}`, licence: licence ?? 'a text of its own', text }, ...inside];
  });
  if (faults.length > 0) {
    const help = 'Do without it, or add to scripts/notices/licences.mjs what was found out.';
    throw new Error(
      `Licences of what is built in:\n${faults.map((each) => `  ${each}`).join('\n')}\n${help}`,
    );
  }
  const list = [...works, ...beside].map(({ name, licence }) => `  ${name}: ${licence}`);
  const parts = byText([...works, ...beside]).map(
    ([text, names]) => `${'='.repeat(100)}\n${names.join('\n')}\n\n${text}\n`,
  );
  return `What others wrote and GoodNet contains, with the licences that it is given under.\n\n${list.join('\n')}\n\n${parts.join('\n')}`;
}

function byText(works) {
  const names = new Map();
  for (const { name, text } of works) {
    const plain = text.replaceAll('\r\n', '\n').trim();
    names.set(plain, [...(names.get(plain) ?? []), name]);
  }
  return [...names];
}
