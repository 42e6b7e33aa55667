/**
 * The bodies of the API, as its schemas describe them. Only the types are imported: a changed member is an error of the
 * compiler here, and the page carries no schema.
 */
import type * as z from 'zod';
import type {
  approvalAnswer,
  approvalBrief,
  approvalGroups,
  decisions,
} from '../../api/endpoints/approvals/schemas.ts';
import type { rollbackPossibility, rollbacks } from '../../api/endpoints/audit/rollback.ts';
import type { deadLetterAnswer } from '../../api/endpoints/dead-letters.ts';
import type { exemptionAnswer, listedExemption } from '../../api/endpoints/exemptions.ts';
import type {
  explainedResource,
  findingAnswer,
  findingBriefAnswer,
  findingGroups,
} from '../../api/endpoints/findings/schemas.ts';
import type { health } from '../../api/endpoints/health.ts';
import type { historyAnswer } from '../../api/endpoints/history.ts';
import type { me } from '../../api/endpoints/me.ts';
import type { overviewAnswer } from '../../api/endpoints/overview.ts';
import type { begunPreview, madePreview, previewAnswer } from '../../api/endpoints/previews.ts';
import type { resourceAnswer, resourcePage } from '../../api/endpoints/resources/resources.ts';
import type { rolloutAnswer } from '../../api/endpoints/rollouts.ts';
import type { ruleAnswer } from '../../api/endpoints/rules.ts';
import type { scanAnswer, sweepAnswer } from '../../api/endpoints/scans.ts';
import type { settingsAnswer } from '../../api/endpoints/settings.ts';
import type { stateAnswer } from '../../api/endpoints/state.ts';
import type { problemDocument } from '../../api/framework/problem.ts';
import type { auditEntry } from '../../domain/audit/audit.ts';
import type { auditVerification } from '../../workflows/ports/audit.ts';

export type { EffectiveSettings } from '../../domain/rules/effective-settings.ts';
export type Approval = z.output<typeof approvalAnswer>;
export type ApprovalBrief = z.output<typeof approvalBrief>;
export type ApprovalGroup = z.output<typeof approvalGroups>['items'][number];
export type AuditEntry = z.output<typeof auditEntry>;
export type AuditVerification = z.output<typeof auditVerification>;
export type Decided = z.output<typeof decisions>['items'][number];
export type DeadLetter = z.output<typeof deadLetterAnswer>;
export type Exemption = z.output<typeof exemptionAnswer>;
export type ListedExemption = z.output<typeof listedExemption>;
export type Explained = z.output<typeof explainedResource>;
export type Finding = z.output<typeof findingAnswer>;
export type FindingBrief = z.output<typeof findingBriefAnswer>;
export type FindingGroup = z.output<typeof findingGroups>['items'][number];
export type HealthAnswer = z.output<typeof health>;
export type History = z.output<typeof historyAnswer>;
export type Me = z.output<typeof me>;
export type OverviewAnswer = z.output<typeof overviewAnswer>;
export type Preview = z.output<typeof previewAnswer>;
export type BackgroundPreview = z.output<typeof begunPreview> | z.output<typeof madePreview>;
export type Problem = z.output<typeof problemDocument>;
export type ResourceDetails = z.output<typeof resourceAnswer>;
export type ResourceRow = z.output<typeof resourcePage>['items'][number];
export type RollbackPossibility = z.output<typeof rollbackPossibility>;
export type RolledBack = z.output<typeof rollbacks>['items'][number];
export type Rollout = z.output<typeof rolloutAnswer>;
export type Rule = z.output<typeof ruleAnswer>;
export type Scan = z.output<typeof scanAnswer>;
export type Sweep = z.output<typeof sweepAnswer>;
export type Settings = z.output<typeof settingsAnswer>;
export type State = z.output<typeof stateAnswer>;

/** A kind of what is stored, with a revision of its own in `GET /state`. */
export type Kind = keyof State['revisions'];

/** A page of a list. */
export interface ListPage<T> {
  readonly items: readonly T[];
  readonly nextCursor?: string;
  readonly total?: number;
}
