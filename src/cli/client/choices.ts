/**
 * The values that filters take, for help and completion. Definitions are loaded at every start, so they do not import the
 * schemas that have them; a test compares both.
 */
import type { ApprovalStatus } from '../../domain/approvals/approval.ts';
import type { Grouping } from '../../domain/approvals/approval-groups.ts';
import type { Rollout } from '../../domain/approvals/rollout.ts';
import type { FindingGrouping } from '../../domain/decisions/find-findings.ts';
import type { Impact } from '../../domain/resources/documents.ts';
import type { Action, Mode } from '../../domain/resources/reasons.ts';
import type { Profile, Severity, Verdict } from '../../domain/rules/rule.ts';

export const PROFILES = ['baseline', 'strict'] as const satisfies readonly Profile[];
export const SEVERITIES = ['critical', 'high', 'medium', 'low', 'info'] as const satisfies readonly Severity[];
export const VERDICTS = ['compliant', 'violation', 'not-applicable', 'unknown'] as const satisfies readonly Verdict[];
export const ACTIONS = ['exempt', 'report', 'queue', 'hold', 'fix'] as const satisfies readonly Action[];
export const MODES = ['audit', 'approve', 'autofix'] as const satisfies readonly Mode[];
export const IMPACTS = ['traffic', 'new-revision', 'restart', 'cost', 'none'] as const satisfies readonly Impact[];
export const APPROVAL_GROUPS = [
  'rule',
  'resource',
  'resourceGroup',
  'subscription',
  'severity',
] as const satisfies readonly Grouping[];
export const FINDING_GROUPS = [
  'rule',
  'resource',
  'resourceGroup',
  'subscription',
  'severity',
  'benchmark',
] as const satisfies readonly FindingGrouping[];
export const APPROVAL_STATUSES = [
  'pending',
  'approved',
  'blocked',
  'unknown',
  'applied',
  'failed',
  'rejected',
  'expired',
  'superseded',
  'cleared',
] as const satisfies readonly ApprovalStatus[];
export const ROLLOUT_STATUSES = [
  'waiting',
  'running',
  'stopped',
  'ended',
] as const satisfies readonly Rollout['status'][];
