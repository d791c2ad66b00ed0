import fc from 'fast-check'
import { expect, it } from 'vitest'
import { contrastOf } from '../../../../src-renderer/features/architecture/model/contrast'
import { hueOf, huesOf, okabeIto } from '../../../../src-renderer/features/architecture/model/hues'
import { lesson } from './documents'

const color = { id: 'a', letter: 'a', dash: 'solid', initialization: 'glorot', bias: 'zeros' } as const

it('can be told from the page whatever colour a person chose', () => {
  const hex = fc.integer({ min: 0, max: 0xffffff }).map((value) => `#${value.toString(16).padStart(6, '0')}`)
  fc.assert(
    fc.property(hex, (chosen) => {
      const hue = hueOf({ ...color, hex: chosen }, 0)
      for (const ground of ['#ffffff', '#f6f7f9']) {
        expect(contrastOf(hue.light, ground)).toBeGreaterThanOrEqual(3)
        expect(contrastOf(hue.lightText, ground)).toBeGreaterThanOrEqual(4.5)
      }
      for (const ground of ['#14161a', '#1b1e24', '#23272f']) {
        expect(contrastOf(hue.dark, ground)).toBeGreaterThanOrEqual(3)
        expect(contrastOf(hue.darkText, ground)).toBeGreaterThanOrEqual(4.5)
      }
    }),
  )
})

it("keeps the document's own colours where they are readable, and else goes by place", () => {
  const hues = huesOf(lesson('sequence-rnn'))
  expect(hues.get('green')).toMatchObject({ light: '#2e8b57', letter: 'a', dash: '' })
  expect(hues.get('orange')?.dash).not.toBe('')
  expect(hueOf(color, 9)).toMatchObject({ index: 3, light: okabeIto[2] })
})
