// Loads the schemas of the bodies on first use.

export type Schemas = typeof import('./schemas.js')

export function loadSchemas(): Promise<Schemas> {
  return import('./schemas.js')
}
