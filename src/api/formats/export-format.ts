/** The formats of exports. */

export const EXPORT_FORMATS = ['jsonl', 'csv', 'ocsf'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export const MEDIA_TYPES = {
  jsonl: 'application/x-ndjson',
  csv: 'text/csv; charset=utf-8; header=present',
  ocsf: 'application/x-ndjson',
} as const;

/** Items in one file: some 25 MB of the log. */
export const MAX_EXPORT_ITEMS = 20_000;

/** The headers of a file; `subject` is a part of its name. */
export function fileHeaders(subject: string, format: ExportFormat, exportedAt: string): Record<string, string> {
  const time = exportedAt.replaceAll(/[:.]/g, '-');
  const name = `plumbline-${subject}-${time}.${format === 'ocsf' ? 'ocsf.jsonl' : format}`;
  return { 'content-type': MEDIA_TYPES[format], 'content-disposition': `attachment; filename="${name}"` };
}
