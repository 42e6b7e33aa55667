/** Where the numbers of the overview lead: a table with the same filters. */
import { hrefOf } from '../../state/location.ts';

type Query = Readonly<Record<string, string | null>>;

export interface Links {
  findings(query?: Query): string;
  approvals(query?: Query): string;
  /** Of one day, or of the whole period. */
  audit(query?: Query, day?: string): string;
  apps(query?: Query): string;
}

/** `scope`: an ARM id, or '' for everything. `first`: the first day of the period. */
export function linksOf(scope: string, first: string): Links {
  const resource = scope || null;
  return {
    findings: (query = {}) => hrefOf('findings', { verdict: 'violation', resource, ...query }),
    approvals: (query = {}) => hrefOf('approvals', { status: 'pending', resource, ...query }),
    audit: (query = {}, day) =>
      hrefOf('audit', { resource, from: day ?? first, to: day === undefined ? null : dayAfter(day), ...query }),
    apps: (query = {}) => hrefOf('apps', { resource, ...query }),
  };
}

function dayAfter(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10);
}
