/** Every table, queue and container of Plumbline; a test compares the infrastructure with this list. */
export const TABLES = {
  /** The events, the state and the lease of each resource. */
  events: 'PlumblineEvents',
  eventIds: 'PlumblineEventIds',
  /** The states that earlier versions stored. */
  olderStates: 'PlumblineResources',
  findings: 'PlumblineFindings',
  approvals: 'PlumblineApprovals',
  audit: 'PlumblineAudit',
  auditIndex: 'PlumblineAuditIndex',
  settings: 'PlumblineSettings',
  exemptions: 'PlumblineExemptions',
  rollouts: 'PlumblineRollouts',
  deadLetters: 'PlumblineDeadLetters',
  wakeups: 'PlumblineWakeups',
  scans: 'PlumblineScans',
  /** Previews that are made in the background. */
  previews: 'PlumblinePreviews',
  sweeps: 'PlumblineSweeps',
  guards: 'PlumblineGuards',
  history: 'PlumblineHistory',
  /** Apps that are watched after a write, and how that ended. */
  healthGates: 'PlumblineHealthGates',
} as const;

export const RECONCILE_QUEUE = 'plumbline-reconcile';
export const SWEEP_QUEUE = 'plumbline-sweep';
export const ANCHOR_CONTAINER = 'plumbline-anchors';
