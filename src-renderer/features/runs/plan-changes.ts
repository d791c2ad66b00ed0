import { z } from 'zod'
import type { Plan } from '../../../src-core/training/plan'

type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
/** What is said of a plan where it differs from another. */
export type PlanChanges = Record<string, Json>

/**
 * The settings of a plan that differ from those of another, groups by setting. An optimizer of another kind is said
 * whole: its settings mean something else. Lists are one setting.
 */
export function planChanges(from: Plan, to: Plan): PlanChanges {
  const changes: PlanChanges = {}
  for (const [key, value] of Object.entries(plain(to))) {
    const before = plain(from)[key]
    if (same(before, value)) continue
    if (!isGroup(before) || !isGroup(value) || (key === 'optimizer' && before.kind !== value.kind)) {
      changes[key] = value
      continue
    }
    const inner = Object.entries(value).filter(([name, setting]) => !same(before[name], setting))
    changes[key] = Object.fromEntries(inner)
  }
  return changes
}

/** Plans hold nothing but JSON. */
function plain(plan: Plan): PlanChanges {
  return planJson.parse(plan)
}

const planJson = z.record(z.string(), z.json())

function same(one: Json | undefined, other: Json | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function isGroup(value: Json | undefined): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
