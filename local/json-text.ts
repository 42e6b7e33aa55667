/** JSON.stringify calls itself for each level; this does not, so that what was delivered is handed on however deep it is. */
export function jsonText(value: unknown): string {
  const pieces: string[] = [];
  const todo: (string | { readonly value: unknown })[] = [{ value }];
  for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
    if (typeof next === 'string') pieces.push(next);
    else if (typeof next.value !== 'object' || next.value === null) pieces.push(JSON.stringify(next.value) ?? 'null');
    else {
      const [open, close] = Array.isArray(next.value) ? ['[', ']'] : ['{', '}'];
      todo.push(close);
      const members = Object.entries(next.value);
      for (const [index, [key, member]] of [...members.entries()].reverse()) {
        const name = open === '{' ? `${JSON.stringify(key)}:` : '';
        todo.push({ value: member }, `${index === 0 ? '' : ','}${name}`);
      }
      todo.push(open);
    }
  }
  return pieces.join('');
}
