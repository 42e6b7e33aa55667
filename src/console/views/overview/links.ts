/** Where the numbers of the overview lead: a table with the same filters. */
import { hrefOf } from '../../state/location.ts';

type Query = Readonly<Record<string, string | null>>;

export interface Links {
  findings(query?: Query): string;
  approvals(query?: Query): string;
  /** Of one day, or of the whole period. */
  audit(query?: Query, day?: string): string;
}

/** `scope`: an ARM id, or '' for everything. `period`: in days. */
export function linksOf(scope: string, period: number): Links {
  const resource = scope || null;
  return {
    findings: (query = {}) => hrefOf('findings', { verdict: 'violation', resource, ...query }),
    approvals: (query = {}) => hrefOf('approvals', { status: 'pending', resource, ...query }),
    audit: (query = {}, day) =>
      hrefOf('audit', {
        resource,
        ...(day === undefined ? { period: String(period) } : { from: day, to: day }),
        ...query,
      }),
  };
}
