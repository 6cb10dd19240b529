// What the official client sends in its other languages around a sign-in, and what it can read.

import * as z from 'zod'

type Body = { headers: Readonly<Record<string, string>>; text?: string }

export type UserClient = {
  language: string
  headers: Readonly<Record<string, string>>
  /** A POST for which the API has no body. */
  nothing: Body
  /** The body of /connect. */
  connect: Body
  /** The body of /user/select, by the ID of a profile. */
  select(id: string): Body
}

const json = (type: string, text: string): Body => ({ headers: { 'content-type': type }, text })
const JSON_TYPE = 'application/json'
const UTF8 = 'application/json; charset=utf-8'

export const USER_CLIENTS: readonly UserClient[] = [
  {
    language: 'Python',
    headers: { accept: 'application/json', 'user-agent': 'OpenAPI-Generator/1.0.0/python' },
    nothing: { headers: { 'content-length': '0' } },
    connect: json(
      JSON_TYPE,
      '{"application": {"name": "JUPYTER_HUB", "version": "2.0.0", "platform": "LINUX", "privacy": "OPEN"}}',
    ),
    select: (id) => json(JSON_TYPE, `{"user_id": "${id}"}`),
  },
  {
    language: 'Dart',
    headers: { 'user-agent': 'Dart/3.5 (dart:io)' },
    nothing: json(UTF8, 'null'),
    connect: json(
      UTF8,
      '{"schema":null,"application":{"schema":null,"name":"OPEN_SOURCE","version":"2.0.0",' +
        '"platform":"WINDOWS","capabilities":null,"privacy":null,"automaticUnload":null,' +
        '"enrichment":null}}',
    ),
    select: (id) =>
      json(
        UTF8,
        '{"name":null,"picture":null,"email":null,"created_at":null,"email_verified":null,' +
          '"family_name":null,"given_name":null,"identities":[],"nickname":null,"updated_at":null,' +
          `"username":null,"user_metadata":null,"locale":null,"user_id":"${id}","last_ip":null,` +
          '"last_login":null,"logins_count":null,"blocked_for":[],"guardian_authenticators":[]}',
      ),
  },
  {
    language: 'Kotlin',
    headers: { accept: 'application/json', 'user-agent': 'okhttp/4.12.0' },
    nothing: json(UTF8, 'null'),
    connect: json(
      UTF8,
      '{"application":{"name":"JETBRAINS","version":"2.0.0","platform":"MACOS",' +
        '"privacy":"UNKNOWN","capabilities":"BLENDED"}}',
    ),
    select: (id) => json(UTF8, `{"user_id":"${id}","identities":[]}`),
  },
  {
    language: 'C#',
    headers: { accept: 'application/json', 'user-agent': 'OpenAPI-Generator/1.0.0/csharp' },
    nothing: { headers: { 'content-type': JSON_TYPE, 'content-length': '0' } },
    connect: json(
      JSON_TYPE,
      '{"application":{"name":"VISUAL_STUDIO","version":"2.0.0","platform":"WINDOWS",' +
        '"privacy":"UNKNOWN","automaticUnload":false}}',
    ),
    select: (id) => json(JSON_TYPE, `{"email_verified":false,"user_id":"${id}"}`),
  },
]

/** In ISO format, which all of them parse as a date. */
const timestamp = z.object({ value: z.iso.datetime() })
/** Objects that all of them reject if they are not whole. */
const leftOut = z.undefined().optional()

/**
 * The strictest reading of all languages: every required member is there, no member is null, and no nested
 * object is incomplete. Members that they don't know are ignored.
 */
export const readableProfile = z.object({
  id: z.string().min(1),
  aesthetics: z.object({
    theme: z.object({ dark: z.boolean() }),
    font: z.object({ size: z.int() }),
  }),
  name: z.string().optional(),
  // If it is missing, three clients show an address of their vendor's.
  email: z.string().min(1),
  username: z.string().optional(),
  picture: z.string().optional(),
  vanityname: z.string().optional(),
  created: timestamp.optional(),
  updated: timestamp.optional(),
  allocation: leftOut,
  providers: leftOut,
  auth0: leftOut,
  descope: leftOut,
  schema: leftOut,
})

export const readableUsers = z.object({ iterable: z.array(readableProfile) })
export const readableUser = z.object({ user: readableProfile.optional() })

/** Dart and C# throw at values of an enum that they don't know. Neither has UNKNOWN for the privacy. */
export const readableContext = z.object({
  os: z.string().min(1),
  application: z.object({
    id: z.string().min(1),
    name: z.enum(['JUPYTER_HUB', 'OPEN_SOURCE', 'JETBRAINS', 'VISUAL_STUDIO']),
    version: z.string().min(1),
    platform: z.enum(['MACOS', 'LINUX', 'WINDOWS']),
    onboarded: z.boolean(),
    privacy: z.enum(['OPEN', 'CLOSED', 'ANONYMOUS']),
    capabilities: z.enum(['LOCAL', 'CLOUD', 'BLENDED']).optional(),
    mechanism: leftOut,
    enrichment: leftOut,
    schema: leftOut,
  }),
  health: z.object({ os: z.object({ id: z.string().min(1), version: z.string().min(1) }) }),
  user: readableProfile.optional(),
})
