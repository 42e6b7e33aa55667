/**
 * The parser and binder of the query language itself, as the portal of Azure uses it, with the tables that queries may ask.
 * The package is made from C#: its two files put themselves into the global scope, in this order.
 */
/// <reference types="@kusto/language-service-next" />
import '@kusto/language-service-next/bridge.min.js';
import '@kusto/language-service-next/Kusto.Language.Bridge.min.js';

/** The columns of every table of Resource Graph. `apiVersion` is there only when a query names it. */
const GRAPH_COLUMNS =
  "(id: string, name: string, type: string, tenantId: string, ['kind']: string, location: string, resourceGroup: string, subscriptionId: string, managedBy: string, sku: dynamic, plan: dynamic, properties: dynamic, tags: dynamic, identity: dynamic, zones: dynamic, extendedLocation: dynamic, apiVersion: string)";

/**
 * The columns of tables that have data of Plumbline, by the reference of Azure Monitor
 * (learn.microsoft.com/azure/azure-monitor/reference/tables/apptraces and apprequests) and of Resource Graph
 * (learn.microsoft.com/azure/governance/resource-graph/reference/supported-tables-resources). A query must not use the
 * columns that are left out, because they hold nothing useful. The Functions host sends every line of the worker with
 * the severity Information and without an operation id: the real level and `traceId` are in the JSON. AppDependencies
 * has the calls of the host, not those of the worker.
 */
const TABLES: Readonly<Record<string, string>> = {
  AppTraces: '(TimeGenerated: datetime, Message: string, Properties: dynamic)',
  AppRequests:
    '(TimeGenerated: datetime, OperationId: string, Name: string, Success: bool, ResultCode: string, DurationMs: real)',
  resources: GRAPH_COLUMNS,
  appserviceresources: GRAPH_COLUMNS,
  resourcecontainers: GRAPH_COLUMNS,
};

const { GlobalState, KustoCode, Symbols } = Kusto.Language;
const tables = Object.entries(TABLES).map(([name, columns]) => {
  const table = Symbols.TableSymbol.From(columns)?.WithName(name);
  if (!table) throw new Error(`the columns of ${name} are none`);
  return table;
});
const state = GlobalState.Default?.WithDatabase(new Symbols.DatabaseSymbol.$ctor2('log', null, tables));
if (!state) throw new Error('the language service did not start');

/** The errors of a query: syntax, and unknown names of tables, columns and functions. */
export function complaintsOf(query: string): string[] {
  const found = KustoCode.ParseAndAnalyze(query, state ?? null)?.GetDiagnostics();
  if (!found) throw new Error('the language service gave no answer');
  return Array.from({ length: found.Count }, (_, index) => {
    const { Severity, Code, Message } = found.getItem(index);
    return `${Severity} ${Code}: ${Message}`;
  });
}
