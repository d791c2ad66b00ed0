import type { LoopChoice } from './loop'

/** Choices between kernels that give the same numbers; which is faster depends on the device. */
export interface Choices {
  readonly loops: LoopChoice
  /** Workgroups that a product should have at least, so that none of the device's processors is idle. */
  readonly enoughGroups: number
}

/** What fits GPUs, which have some hundred processors. */
export const GPU_CHOICES: Choices = { loops: 'estimate', enoughGroups: 96 }

/** What fits a driver that computes on the CPU: few processors, a dispatch costs next to nothing, memory is far. */
export const SOFTWARE_CHOICES: Choices = { loops: 'steps', enoughGroups: 4 }
