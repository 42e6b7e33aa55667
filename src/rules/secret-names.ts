/** Which names of environment variables look like those of secrets: by their words, as a value is never seen. */

/** What names a secret wherever it stands; `tokens` does not: how many a model may use is in many names. */
const SECRETS = [
  ...wordsIn('password passwords passwd pwd passphrase secret secrets token credential credentials sas'),
  ...wordsIn('connectionstrings connstr'),
  'connection string',
  'connection strings',
  'conn str',
];

/** What ends a word that is several written together, as in `PGPASSWORD` and `clientsecret`. */
const TOGETHER = wordsIn(
  'password passwd secret apikey accesskey accountkey secretkey accesstoken authtoken connectionstring',
);

/** What ends a name that only says something about a secret: where it is, what it is called, how long it lasts. */
const ABOUT = new Set([
  ...wordsIn('name names id url uri endpoint host path file dir directory folder type version length size count limit'),
  ...wordsIn('ttl expiry expiration timeout lifetime policy issuer audience scope scopes enabled required algorithm'),
  ...wordsIn('provider store header'),
]);

/** What makes a key one that anybody may know. */
const OPEN_KEYS = new Set(wordsIn('public partition sort cache routing'));

/** Whether a name looks like that of a secret. */
export function looksSecret(name: string): boolean {
  const words = wordsOf(name);
  const last = words.at(-1) ?? '';
  if (ABOUT.has(last)) return false;
  // Short for password, which what passes is not.
  if (last === 'pass' || isSecretKey(words)) return true;
  const spoken = ` ${words.join(' ')} `;
  return SECRETS.some((word) => spoken.includes(` ${word} `)) || TOGETHER.some((end) => spoken.includes(`${end} `));
}

/** A key that ends the name is one, as in `STORAGE_KEY`; in `KEY_VAULT_URL` and `KEYBOARD` there is none. */
function isSecretKey(words: readonly string[]): boolean {
  const [kind = '', key = ''] = words.length > 1 ? words.slice(-2) : ['', ...words];
  return (key === 'key' || key === 'keys') && !OPEN_KEYS.has(kind);
}

/** The words of a name in camelCase, snake_case or kebab-case, lower case; numbers that count several are left out. */
function wordsOf(name: string): string[] {
  const words = name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? [];
  return words.map((word) => word.toLowerCase());
}

function wordsIn(line: string): string[] {
  return line.split(' ');
}
