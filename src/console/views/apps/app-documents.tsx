/** The documents of an app that could not be read, and which checks that leaves open. */
import type { Explained } from '../../api/types.ts';
import { Empty } from '../../ui/message.tsx';
import { Scroll } from '../../ui/scroll.tsx';
import { type ExplainedFinding, hintOfDocument, wordOfDocument } from './explain.ts';

interface Props {
  readonly documents: Explained['documents'];
  readonly findings: readonly ExplainedFinding[];
}

export function AppDocuments({ documents, findings }: Props) {
  const unknown = findings.filter(({ verdict }) => verdict === 'unknown');
  if (documents.length === 0) {
    return <Empty title="Every document was read">No check of this app is missing what it needs.</Empty>;
  }
  return (
    <>
      <p>
        {unknown.length === 0
          ? 'No check needs these documents now.'
          : `${unknown.length === 1 ? '1 check is' : `${unknown.length} checks are`} unknown, because these documents were not read.`}
      </p>
      <Scroll label="Unread documents">
        <table class="plain">
          <caption class="visually-hidden">Unread documents</caption>
          <thead>
            <tr>
              <th scope="col">Document</th>
              <th scope="col">Result</th>
              <th scope="col">Why</th>
              <th scope="col">What to do</th>
            </tr>
          </thead>
          <tbody>
            {documents.map((document) => (
              <tr key={document.name}>
                <th scope="row">
                  <code>{document.name}</code>
                </th>
                <td>{wordOfDocument(document.status)}</td>
                <td>{document.detail ?? '–'}</td>
                <td>{hintOfDocument(document)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </>
  );
}
