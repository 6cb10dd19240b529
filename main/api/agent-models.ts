// The bodies of the calls that manage Latchkey. Loaded on first use, as the other models are.

import * as z from 'zod'
import { BODY_ERRORS } from './api-messages.js'

const shortText = z.string().min(1).max(256)

export const useRequest = z.object({ account: shortText })

export const forgetRequest = z.object({ app: shortText })

export const keyRequest = z.object({
  name: shortText,
  account: shortText.optional(),
  scope: z
    .string()
    .max(2048)
    .transform((text) => text.split(/\s+/).filter((one) => one !== ''))
    .refine((scopes) => scopes.every((one) => /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(one)), {
      error: BODY_ERRORS.scopeItem,
    })
    .optional(),
})
