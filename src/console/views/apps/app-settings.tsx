/** The settings that apply to an app, and where each comes from. */
import type { EffectiveSettings } from '../../api/types.ts';
import { hrefOf } from '../../state/location.ts';
import type { Loaded } from '../../state/use-get.ts';
import { ErrorMessage } from '../../ui/message.tsx';
import { scopeText } from '../../ui/scope/scope.ts';
import { Scroll } from '../../ui/scroll.tsx';
import { changedRules, type EffectiveLine, effectiveLines } from './effective.ts';
import { sourceText } from './mode.ts';

export function AppSettings({ effective: { data, error, reload } }: { effective: Loaded<EffectiveSettings> }) {
  if (error) return <ErrorMessage error={error} retry={reload} />;
  if (!data) return <p role="status">Loading…</p>;
  const rules = changedRules(data);
  return (
    <>
      <Lines caption="Settings" lines={effectiveLines(data)} />
      {rules.length > 0 && <Lines caption="Rules that are set otherwise" lines={rules} />}
      {rules.length === 0 && (
        <p>
          Every <a href={hrefOf('rules')}>rule</a> of this app has its defaults.
        </p>
      )}
    </>
  );
}

function Lines({ caption, lines }: { caption: string; lines: readonly EffectiveLine[] }) {
  return (
    <Scroll label={caption}>
      <table class="plain">
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Setting</th>
            <th scope="col">Value</th>
            <th scope="col">From</th>
          </tr>
        </thead>
        <tbody>
          {lines.map(({ name, value, from }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{value}</td>
              <td title={from.startsWith('/') ? from : undefined}>
                <bdi>{sourceText(from, scopeText)}</bdi>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scroll>
  );
}
