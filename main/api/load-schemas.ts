// Loads the schemas of the bodies on first use, because making them takes as long as the rest of the API.

export type Schemas = typeof import('./schemas.js')

let loading: Promise<Schemas> | null = null

/** Asks the module loader only once, because each `import()` costs more than the rest of a token read. */
export function loadSchemas(): Promise<Schemas> {
  return (loading ??= import('./schemas.js'))
}
