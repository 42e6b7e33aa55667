/** The table of what comes of tampering, as docs/tamper.md shows it. */
import { CHANGES, ROWS } from './cell.ts';
import { CELLS } from './cells.ts';

const BYWORDS: Readonly<Record<(typeof CHANGES)[number], string>> = {
  flipped: 'a field of it is changed',
  copied: 'it is copied from something else',
  removed: 'it is removed',
  added: 'one is added',
  'put back': 'an older version is put back',
};

export function tamperPage(): string {
  const count = (outcome: string) => CELLS.filter((cell) => cell.outcome === outcome).length;
  return `# What comes of tampering

Somebody who may write the storage account can change every row in it. This table says what comes of each kind of change of each kind of row. \`test/tamper/tamper.test.ts\` does all of it on real tables: it sets a scene, changes rows, and lets the service go on with changes, decisions, a rollback, housekeeping and verification. \`npm run generate\` writes this page from the cells of that test.

In every cell two things hold. Each write to an app is explained by an intent that is signed, and whose cause is signed: the fix itself, a request with a decision, or the fix that is put back. No entry tells of something that did not happen. Beyond that the outcome is one of three:

- **refused** (${count('refused')}): nothing is written and nothing recorded for it, and a line at warn or error, or \`GET /api/audit/verify\`, names it.
- **recomputed** (${count('recomputed')}): values and writes are those of a service that nobody tampered with.
- **trusted** (${count('trusted')}): it is believed. The last column says what is lost, and what finds it.

${CHANGES.map((change) => `*${change}*: ${BYWORDS[change]}`).join('; ')}.

| row | change | what is done | outcome | named | what comes of it |
|---|---|---|---|---|---|
${ROWS.flatMap((row) => CELLS.filter((cell) => cell.row === row))
  .map(
    ({ row, change, what, outcome, named, comes }) =>
      `| ${row} | ${change} | ${what} | ${outcome} | ${named ? 'yes' : 'no'} | ${comes} |`,
  )
  .join('\n')}

What writes the queues, the leases and the list of dead letters is in the [threat model](threat-model.md): messages hold ids only, and decide nothing.
`;
}
