/** One rule: what it checks and why, what it finds, and its settings. */
import { useSignal } from '@preact/signals';
import { withQuery } from '../../api/client.ts';
import type { FindingGroup, Rule, Settings } from '../../api/types.ts';
import { hrefOf } from '../../state/location.ts';
import { hasRole } from '../../state/session.ts';
import { useGet } from '../../state/use-get.ts';
import { CodeText } from '../../ui/code-text.tsx';
import { Severity } from '../../ui/format/badges.tsx';
import { Empty, ErrorMessage } from '../../ui/message.tsx';
import { SettingsChange } from '../../ui/settings-change/settings-change.tsx';
import { SourceLines } from '../../ui/source-lines.tsx';
import { RuleForm } from './rule-form.tsx';
import { type Layer, type RuleSetting, withSetting } from './rule-settings.ts';
import { KIND_WORDS, PROFILE_WORDS, TIER_HINTS, TIER_WORDS } from './words.ts';

export function RulePage({ id }: { id: string }) {
  const rule = useGet<Rule>(`/rules/${encodeURIComponent(id)}`);
  const groups = useGet<{ items: readonly FindingGroup[] }>(withQuery('/findings', { group: 'rule', rule: id }), [
    'findings',
  ]);
  const settings = useGet<Settings>('/settings', ['settings']);
  /** What is being saved. */
  const change = useSignal<{ layer: Layer; setting: RuleSetting } | null>(null);
  if (rule.error) {
    return rule.error.status === 404 ? <NoRule id={id} /> : <ErrorMessage error={rule.error} retry={rule.reload} />;
  }
  if (!rule.data) return <p role="status">Loading…</p>;
  const wanted = change.value;
  return (
    <>
      <Heading rule={rule.data} />
      <Counts rule={rule.data} group={groups.data?.items[0]} />
      {groups.error && <ErrorMessage error={groups.error} retry={groups.reload} />}
      <div class="columns">
        <section>
          <Facts rule={rule.data} />
        </section>
        <section>
          <h2>Settings</h2>
          {settings.error && <ErrorMessage error={settings.error} retry={settings.reload} />}
          {settings.data && (
            <RuleForm
              rule={rule.data}
              settings={settings.data}
              mayChange={hasRole('Operator')}
              onSave={(layer, setting) => {
                change.value = { layer, setting };
              }}
            />
          )}
        </section>
      </div>
      {wanted && (
        <SettingsChange
          title={`Change ${rule.data.title}`}
          change={(current) => withSetting(current, wanted.layer, id, wanted.setting)}
          onClose={() => (change.value = null)}
          onSaved={settings.reload}
        />
      )}
    </>
  );
}

function Heading({ rule: { id, title, severity, tier, profile, kind } }: { rule: Rule }) {
  return (
    <div class="page-head">
      <div>
        <p class="crumbs">
          <a href={hrefOf('rules')}>Rules</a>
        </p>
        <h1>{title}</h1>
        <p class="subtitle">
          <code>{id}</code> · {KIND_WORDS[kind]} · {PROFILE_WORDS[profile]} · <Severity of={severity} /> ·{' '}
          <span title={TIER_HINTS[tier]}>{TIER_WORDS[tier]}</span>
        </p>
      </div>
    </div>
  );
}

/** Each number opens the findings that it counts. */
function Counts({ rule: { id }, group }: { rule: Rule; group: FindingGroup | undefined }) {
  const numbers = [
    ['Failing', group?.byVerdict.violation, { verdict: 'violation' }],
    ['Passing', group?.byVerdict.compliant, { verdict: 'compliant' }],
    ['Exempt', group?.exempt, { decision: 'exempt' }],
    ['Unknown', group?.byVerdict.unknown, { verdict: 'unknown' }],
    ['Not applicable', group?.byVerdict['not-applicable'], { verdict: 'not-applicable' }],
  ] as const;
  return (
    <dl class="facts-row">
      {numbers.map(([title, count, filter]) => (
        <div key={title}>
          <dt>{title}</dt>
          <dd>
            <a href={hrefOf('findings', { rule: id, ...filter })}>{(count ?? 0).toLocaleString('en')}</a>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Facts({ rule }: { rule: Rule }) {
  const { why, fix, risk, differs, reversible, documents, references, source, documentation } = rule;
  return (
    <>
      <h2>About</h2>
      <dl class="about">
        <dt>Why</dt>
        <dd>
          <CodeText text={why} />
        </dd>
        <dt>Fix</dt>
        <dd>
          <CodeText text={fix ?? 'There is no fix that Plumbline could make.'} />
        </dd>
        <dt>Risk</dt>
        <dd>
          <CodeText text={risk} />
        </dd>
        {fix !== null && (
          <>
            <dt>Rollback</dt>
            <dd>{reversible ? 'A fix can be rolled back.' : 'A fix cannot be rolled back.'}</dd>
          </>
        )}
        {differs && (
          <>
            <dt>Differs from others</dt>
            <dd>
              <CodeText text={differs} />
            </dd>
          </>
        )}
        <dt>Benchmarks</dt>
        <dd>
          <ul class="plain-list">
            {references.map((one) => (
              <li key={`${one.source} ${one.id}`}>
                {one.source} {one.id}
              </li>
            ))}
          </ul>
        </dd>
        <dt>Reads</dt>
        <dd>
          {documents.map((name) => (
            <code key={name}>{name} </code>
          ))}
        </dd>
        <dt>Documentation</dt>
        <dd>
          <code>{documentation}</code>
        </dd>
      </dl>
      <h2>Fix in code</h2>
      <SourceLines source={source} />
    </>
  );
}

function NoRule({ id }: { id: string }) {
  return (
    <Empty title="There is no such rule">
      No rule has the name <code>{id}</code>. <a href={hrefOf('rules')}>Show all rules</a>
    </Empty>
  );
}
