import type { core, ZodError } from 'zod'
import { UnrollError } from '../errors'
import { type Architecture, architectureSchema, FORMAT_VERSION } from './schema'

/** How many of a document's mistakes one message lists. */
const LISTED = 5

/**
 * Reads a document, with defaults filled in. What it says may still not make a network: see `checkArchitecture`.
 * @throws UnrollError `not-an-architecture`, `newer-architecture`, `invalid-architecture`
 */
export function parseArchitecture(json: unknown): Architecture {
  if (!isObject(json) || json.format !== 'unroll/architecture') {
    throw new UnrollError(
      'not-an-architecture',
      'This is not an architecture document: it does not say "format": "unroll/architecture".',
      'Choose a document that Unroll saved, or the name of one that comes with it.',
    )
  }
  const { version } = json
  if (typeof version === 'number' && Number.isInteger(version) && version > FORMAT_VERSION) {
    throw new UnrollError(
      'newer-architecture',
      `The architecture has the format's version ${version}; this program reads versions up to ${FORMAT_VERSION}.`,
      'Open it with a newer version of Unroll.',
    )
  }
  const parsed = safeParse(json)
  if (parsed.success) return parsed.data
  const mistakes = parsed.error?.issues.map((issue) => describe(issue, json)) ?? ['it is nested too deeply']
  const listed = mistakes.slice(0, LISTED).join('; ')
  const more = mistakes.length > LISTED ? `; and ${mistakes.length - LISTED} more` : ''
  throw new UnrollError(
    'invalid-architecture',
    `The architecture document is not as it should be: ${listed}${more}.`,
    'Correct it there; architecture.schema.json describes what may stand where.',
  )
}

function safeParse(
  json: unknown,
): { success: true; data: Architecture } | { success: false; error?: ZodError } {
  try {
    return architectureSchema.safeParse(json)
  } catch (error) {
    // A plan may hold any JSON, also so deep that the stack ends before it does.
    if (error instanceof RangeError) return { success: false }
    throw error
  }
}

function describe(issue: core.$ZodIssue, json: unknown): string {
  const said = issue.message.replace(/^Invalid (input|option|string|key in record): /, '')
  return issue.path.length === 0 ? said : `${placeOf(issue.path, json)}: ${said}`
}

/** `shapes "h", size`, or `shapes[2], size` where it has no id. */
function placeOf(path: readonly PropertyKey[], json: unknown): string {
  const parts: string[] = []
  let value = json
  for (const key of path) {
    value = isObject(value) ? value[String(key)] : undefined
    if (typeof key !== 'number') parts.push(String(key))
    else {
      const id = isObject(value) ? value.id : undefined
      parts[parts.length - 1] += typeof id === 'string' ? ` "${id.slice(0, 64)}"` : `[${key}]`
    }
  }
  return parts.join(', ')
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
