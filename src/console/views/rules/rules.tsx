/** Rules: the list, or the page of one. */
import { place } from '../../state/location.ts';
import { RuleList } from './rule-list.tsx';
import { RulePage } from './rule-page.tsx';

export function Rules() {
  const [id] = place.value.path;
  return id === undefined ? <RuleList /> : <RulePage key={id} id={id} />;
}
