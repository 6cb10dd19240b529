// The messages of the base room, once, for a reader to check.

import { expect, test } from '@playwright/test'
import {
  DISK_ERRORS,
  ERROR_MESSAGES,
  JSON_FAULTS,
  JSON_PARTS,
} from '../../main/base/base-messages.js'
import { formatChoices, formatList } from '../../main/base/format-list.js'

test('the messages about errors', () => {
  expect([
    ERROR_MESSAGES.unexpected('TypeError'),
    ERROR_MESSAGES.tooManyRequests,
    ERROR_MESSAGES.outputFailed('ENOSPC'),
    ERROR_MESSAGES.outputFailed(''),
  ]).toEqual([
    'Something went wrong in Latchkey (TypeError). Try again; if it happens again, report it.',
    'The provider says that there were too many requests. Wait a minute, then try again.',
    "The output can't be written (ENOSPC).",
    "The output can't be written (no reason given).",
  ])
})

test('the reasons of disk errors', () => {
  expect([...new Set(Object.values(DISK_ERRORS))]).toEqual([
    'the disk is full',
    'your disk quota is used up',
    'the file would exceed the maximum file size',
    'not permitted',
    'the disk is read-only',
    'the disk failed',
    'a link is in its place',
    'it is not a regular file',
    'it is too large',
    'a folder is in its place',
    'a file is in its place',
  ])
})

test('the faults of JSON', () => {
  const { unexpected, duplicate } = JSON_FAULTS
  const { value, name, colon, commaOr, end } = JSON_PARTS
  expect([
    unexpected(value, ''),
    unexpected(commaOr('}'), '"'),
    unexpected(name, 'a'),
    unexpected(colon, '1'),
    unexpected(end, '{'),
    duplicate('port'),
    JSON_FAULTS.openComment,
    JSON_FAULTS.tooDeep,
    JSON_FAULTS.text,
  ]).toEqual([
    'expected a value, but the file ends',
    'expected a comma or "}", but found "\\""',
    'expected a name in double quotes, but found "a"',
    'expected a colon, but found "1"',
    'expected the end of the file, but found "{"',
    '"port" occurs twice',
    'a comment is not closed',
    'the brackets are nested too deeply',
    'a string has no closing quote, or contains an invalid backslash or a line break',
  ])
})

test('lists for people', () => {
  expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(formatList)).toEqual([
    '',
    'a',
    'a and b',
    'a, b and c',
  ])
  expect(formatChoices(['a', 'b', 'c'])).toBe('a, b or c')
})
