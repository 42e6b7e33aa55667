/** The table of the effects of tampering, as docs/tamper.md shows it. */
import { CHANGES, ROWS } from './cell.ts';
import { CELLS } from './cells.ts';

const MEANINGS: Readonly<Record<(typeof CHANGES)[number], string>> = {
  edited: 'a field is changed',
  copied: 'the content of another row is copied into it',
  removed: 'the row is removed',
  added: 'a row is added',
  restored: 'an older version is restored',
};

export function tamperPage(): string {
  const count = (outcome: string) => CELLS.filter((cell) => cell.outcome === outcome).length;
  return `# Tampering

Somebody who can write the storage account can change every row in it. This table has the effect of each kind of change on each kind of row. \`test/tamper/tamper.test.ts\` makes all of these changes on real tables. It prepares a state, changes rows, and lets the service continue with changes, decisions, a rollback, housekeeping and verification. \`npm run generate\` writes this page from the cells of that test.

Two things hold in every cell. Each write to an app has a signed intent with a signed cause: the fix itself, a request with a decision, or the fix that is rolled back. No entry describes something that did not happen. The outcome is one of three:

- **refused** (${count('refused')}): nothing is written and nothing is recorded for it. A log line at warn or error, or \`GET /api/audit/verify\`, names it.
- **recomputed** (${count('recomputed')}): values and writes are the same as without tampering.
- **trusted** (${count('trusted')}): the change takes effect. The last column says what is lost, and what finds it.

${CHANGES.map((change) => `*${change}*: ${MEANINGS[change]}`).join('; ')}.

| row | change | details | outcome | named | effect |
|---|---|---|---|---|---|
${ROWS.flatMap((row) => CELLS.filter((cell) => cell.row === row))
  .map(
    ({ row, change, what, outcome, named, comes }) =>
      `| ${row} | ${change} | ${what} | ${outcome} | ${named ? 'yes' : 'no'} | ${comes} |`,
  )
  .join('\n')}

The [threat model](threat-model.md) covers writes to the queues, the leases and the list of dead letters: messages hold ids only, and decide nothing.
`;
}
