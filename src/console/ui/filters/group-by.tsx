/** Chooses how a list is grouped. It stands in the address as `group`. */
import { place, setQuery } from '../../state/location.ts';
import type { FilterOption } from './filters.ts';

export function GroupBy({ options }: { options: readonly FilterOption[] }) {
  return (
    <label class="group-by">
      Group by{' '}
      <select
        value={place.value.query.get('group') ?? ''}
        onChange={(event) => setQuery({ group: event.currentTarget.value })}
      >
        <option value="">None</option>
        {options.map(({ value, title }) => (
          <option key={value} value={value}>
            {title}
          </option>
        ))}
      </select>
    </label>
  );
}
