// Why a query is refused, as Resource Graph lists it in `details`.

export interface QueryDetail {
  code: string;
  message: string;
  line?: number;
  characterPositionInLine?: number;
  token?: string;
}

/** Thrown for a query that is not answered. */
export class QueryError extends Error {
  readonly details: readonly QueryDetail[];
  constructor(details: readonly QueryDetail[]) {
    super(details.map(({ message }) => message).join(' '));
    this.details = details;
  }
}

export interface Position {
  line: number;
  column: number;
  text: string;
}

const invalid: QueryDetail = {
  code: 'InvalidQuery',
  message:
    'Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error before retrying.',
};

/** What is no Kusto (Azure/aztfexport 485). */
export function parserFailure({ line, column, text }: Position): QueryError {
  const at = { line, characterPositionInLine: column, token: text };
  return new QueryError([invalid, { code: 'ParserFailure', message: 'ParserFailure', ...at }]);
}

/** What Azure or the simulator does not have (azure-powershell 13762); the last detail is the simulator's own. */
export function notSupported(what: string, token: string): QueryError {
  const at = { line: -1, characterPositionInLine: -1, token };
  return new QueryError([
    invalid,
    { code: 'InvalidQueryLanguage', message: 'InvalidQueryLanguage', ...at },
    { code: 'NotSimulated', message: `The simulator has no ${what} '${token}'; Azure may have it.` },
  ]);
}

/** What cannot be resolved. The wording is Kusto's; the code is unverified. */
export function semanticError(operator: string, message: string): QueryError {
  return new QueryError([invalid, { code: 'SemanticError', message: `'${operator}' operator: ${message}` }]);
}

/** A table that is refused, such as `appserviceresources` in 21Vianet (Azure/azqr 847). */
export function disallowedTable(name: string): QueryError {
  const message = `Table ${name} is invalid, unsupported or disallowed.`;
  return new QueryError([{ code: 'DisallowedLogicalTableName', message }]);
}
