// Stryker's ignorer: what errors say is not mutated; how they are told apart (`kind`, `code`) is.
const TOLD_APART = new Set(['kind', 'code']);

function isWordOfError(path) {
  if (!path.isStringLiteral() && !path.isTemplateLiteral()) return false;
  for (let at = path; at && !at.isFunction(); at = at.parentPath) {
    if (at.isObjectProperty() && TOLD_APART.has(at.node.key.name)) return false;
    if (at.isNewExpression() && /(Error|Problem)$/.test(at.node.callee.name ?? '')) return true;
  }
  return false;
}

export const strykerPlugins = [
  {
    kind: 'Ignore',
    name: 'words',
    value: { shouldIgnore: (path) => (isWordOfError(path) ? 'the words of an error' : undefined) },
  },
];
