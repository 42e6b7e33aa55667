/** The settings of a rule in a form: everywhere, or in one of the scopes of the settings. */
import { useSignal } from '@preact/signals';
import { useId, useMemo } from 'preact/hooks';
import type { Rule, Settings } from '../../api/types.ts';
import type { DraftProblem } from '../../ui/schema-form/draft.ts';
import { draftOf } from '../../ui/schema-form/draft.ts';
import { type Json, type Member, membersOf } from '../../ui/schema-form/field.ts';
import { labelOf } from '../../ui/schema-form/labels.ts';
import { SchemaField } from '../../ui/schema-form/schema-form.tsx';
import { scopeText } from '../../ui/scope/scope.ts';
import {
  draftOfSetting,
  isEnabled,
  type Layer,
  type RuleDraft,
  type RuleSetting,
  readRuleDraft,
  settingIn,
  tiersFor,
  valuesAbove,
} from './rule-settings.ts';
import { TIER_WORDS } from './words.ts';

interface Props {
  readonly rule: Rule;
  readonly settings: Settings;
  readonly mayChange: boolean;
  onSave(layer: Layer, setting: RuleSetting): void;
}

export function RuleForm(props: Props) {
  const { rule, settings } = props;
  const id = useId();
  const layer = useSignal<string>('');
  const setting = settingIn(settings, layer.value || null, rule.id);
  return (
    <>
      <div class="field">
        <label for={`${id}-layer`}>Applies to</label>
        <select
          id={`${id}-layer`}
          value={layer.value}
          onChange={(event) => {
            layer.value = event.currentTarget.value;
          }}
        >
          <option value="">Everything</option>
          {settings.scopes.map(({ scope, rules }) => (
            <option key={scope} value={scope}>
              {scopeText(scope)}
              {rules?.[rule.id] ? ' (set)' : ''}
            </option>
          ))}
        </select>
      </div>
      {/* Another layer, and settings that others saved, begin the form anew. */}
      <LayerForm
        key={`${layer.value} ${JSON.stringify(setting)}`}
        {...props}
        layer={layer.value || null}
        setting={setting}
      />
    </>
  );
}

function LayerForm({
  rule,
  settings,
  mayChange,
  onSave,
  layer,
  setting,
}: Props & { layer: Layer; setting: RuleSetting }) {
  const members = useMemo(() => membersOf(rule.parameters), [rule]);
  const draft = useSignal<RuleDraft>(draftOfSetting(setting, members));
  const problems = useSignal<readonly DraftProblem[]>([]);
  const set = (change: Partial<RuleDraft>) => {
    draft.value = { ...draft.peek(), ...change };
  };
  const above = valuesAbove(settings, layer, rule);
  const isChanged = JSON.stringify(readRuleDraft(draft.value, members)) !== JSON.stringify({ setting });
  return (
    <form
      noValidate
      onSubmit={(event: Event) => {
        event.preventDefault();
        const read = readRuleDraft(draft.peek(), members);
        problems.value = 'problems' in read ? read.problems : [];
        if ('setting' in read) onSave(layer, read.setting);
      }}
    >
      <fieldset class="bare" disabled={!mayChange}>
        <legend class="visually-hidden">Settings of the rule</legend>
        <SwitchField rule={rule} settings={settings} layer={layer} draft={draft.value} onChange={set} />
        <TierField rule={rule} settings={settings} layer={layer} draft={draft.value} onChange={set} />
        {members.map((member) => (
          <Parameter
            key={member.name}
            member={member}
            above={above[member.name]}
            draft={draft.value}
            problems={problems.value}
            isDisabled={!mayChange}
            onChange={set}
          />
        ))}
      </fieldset>
      {mayChange ? (
        <button type="submit" class="primary" disabled={!isChanged}>
          Preview and save…
        </button>
      ) : (
        <p class="hint">Only operators can change settings.</p>
      )}
    </form>
  );
}

interface PartProps {
  readonly rule: Rule;
  readonly settings: Settings;
  readonly layer: Layer;
  readonly draft: RuleDraft;
  onChange(change: Partial<RuleDraft>): void;
}

function SwitchField({ rule, settings, layer, draft, onChange }: PartProps) {
  const id = useId();
  const byProfile = rule.profile === 'baseline' || settings.profile === 'strict';
  const inherited = layer === null ? byProfile : isEnabled(settings, rule);
  const word = layer === null ? 'As the profile says' : 'As for everything';
  return (
    <div class="field">
      <label for={id}>State</label>
      <select
        id={id}
        value={draft.enabled}
        onChange={(event) => onChange({ enabled: choiceOf(event.currentTarget.value, ['inherit', 'on', 'off']) })}
      >
        <option value="inherit">
          {word} ({inherited ? 'enabled' : 'disabled'})
        </option>
        <option value="on">Enabled</option>
        <option value="off">Disabled</option>
      </select>
    </div>
  );
}

function TierField({ rule, settings, layer, draft, onChange }: PartProps) {
  const id = useId();
  const tiers = tiersFor(rule);
  const inherited = (layer === null ? undefined : settings.rules[rule.id]?.tier) ?? rule.tier;
  return (
    <div class="field">
      <label for={id}>Tier</label>
      <p class="hint" id={`${id}-hint`}>
        {tiers.length === 1
          ? 'This rule has no fix, so it reports only.'
          : 'Where the rule itself asks for more caution on an app, that counts.'}
      </p>
      <select
        id={id}
        aria-describedby={`${id}-hint`}
        value={draft.tier}
        onChange={(event) => onChange({ tier: choiceOf(event.currentTarget.value, ['inherit', ...tiers]) })}
      >
        <option value="inherit">
          {layer === null ? 'As the rule says' : 'As for everything'} ({TIER_WORDS[inherited].toLowerCase()})
        </option>
        {tiers.map((tier) => (
          <option key={tier} value={tier}>
            {TIER_WORDS[tier]}
          </option>
        ))}
      </select>
    </div>
  );
}

interface ParameterProps {
  readonly member: Member;
  /** What applies without a value here. */
  readonly above: Json | undefined;
  readonly draft: RuleDraft;
  readonly problems: readonly DraftProblem[];
  readonly isDisabled: boolean;
  onChange(change: Partial<RuleDraft>): void;
}

function Parameter({ member: { name, field }, above, draft, problems, isDisabled, onChange }: ParameterProps) {
  const own = draft.parameters[name];
  const { [name]: _, ...others } = draft.parameters;
  return (
    <div class="parameter">
      <SchemaField
        label={labelOf(name)}
        field={field}
        draft={own ?? draftOf(field, above)}
        problems={problems}
        pointer={`/${name}`}
        isDisabled={isDisabled}
        onChange={(next) => onChange({ parameters: { ...draft.parameters, [name]: next } })}
      />
      {own !== undefined && !isDisabled && (
        <button type="button" class="subtle" onClick={() => onChange({ parameters: others })}>
          Reset {labelOf(name)} to its default
        </button>
      )}
    </div>
  );
}

function choiceOf<T extends string>(value: string, choices: readonly T[]): T {
  const [first] = choices;
  const found = choices.find((one) => one === value) ?? first;
  if (found === undefined) throw new Error('a choice has no values');
  return found;
}
