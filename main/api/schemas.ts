// The schemas of the bodies, and the description that is made from them. They are bundled into a file of
// their own, because most of it is zod, which a start does not need.

export * from './agent-models.js'
export * from './models.js'
export { describeApi } from './openapi.js'
