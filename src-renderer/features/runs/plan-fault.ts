import { planSchema, type Plan } from '../../../src-core/training/plan'
import { wordsOfError } from '../../ui/error-words'

/** What is wrong with a plan, and with which of its settings: `window.stride`, say; null where with none of them. */
export interface PlanFault {
  readonly at: string | null
  readonly message: string
  readonly wayOut: string
}

/** The settings that errors of the host speak of. */
const settingOf: Readonly<Record<string, string>> = {
  'batch-too-large': 'batch',
  'corpus-too-short': 'validation',
  'lanes-with-gaps': 'window.stride',
  'unknown-engine': 'engine',
  'engine-unavailable': 'engine',
  'undecodable-text': 'tokens',
  'unknown-characters': 'samples.prime',
}

/** What is wrong with a plan before the host is asked. */
export function faultOfPlan(plan: Plan): PlanFault | null {
  const parsed = planSchema.safeParse(plan)
  if (parsed.success) return null
  const [{ path, message }] = parsed.error.issues
  return { at: path.map(String).join('.'), message: `${message}.`, wayOut: 'Correct this setting.' }
}

/** An error of the host in its words; a `bad-plan` names its setting itself. */
export function faultOfError(error: unknown): PlanFault {
  const { code, message, wayOut } = wordsOfError(error)
  const named = code === 'bad-plan' ? /: ([a-z][\w.]*): /i.exec(message)?.[1] : undefined
  return { at: named ?? (code === null ? null : (settingOf[code] ?? null)), message, wayOut }
}

/** Whether a fault is of a setting or of one inside it. */
export function isAt(fault: PlanFault | null, setting: string | undefined): fault is PlanFault {
  const at = fault?.at ?? null
  if (setting === undefined || at === null) return false
  return at === setting || at.startsWith(`${setting}.`)
}
