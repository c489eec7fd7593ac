import { describe, expect, test } from 'vitest'
import { type CtcOutput, greedyText, spell, textShare, toCtc } from '../../detectors/plate-ctc.ts'
import { combineReads, votePlates } from '../../detectors/plate-vote.ts'
import { seen } from './plate-support.ts'

const charset = Array.from('皖冀苏0123456789ABCDEJLUYO')

/** A recogniser that says at each step what it is given: a character and how sure it is; the rest is blank. */
function says(...said: readonly (readonly [string, number])[]): CtcOutput {
  const steps = said.length * 2
  const classes = charset.length + 1
  const scores = new Float32Array(steps * classes).fill(-12)
  for (let t = 0; t < steps; t += 1) {
    const [characters, share] = t % 2 === 0 ? (said[t / 2] as [string, number]) : ['', 0]
    const heard = Array.from(characters)
    scores[t * classes + charset.length] = Math.log(Math.max(1e-6, heard.length === 0 ? 1 : 1e-6))
    for (const [i, character] of heard.entries())
      scores[t * classes + charset.indexOf(character)] = Math.log(
        Math.max(1e-6, i === 0 ? share : 1 - share),
      )
  }
  return toCtc(scores, charset, steps, (t, k) => t * classes + k)
}
const sure = (text: string): [string, number][] =>
  Array.from(text).map((character) => [character, 0.999])

describe('one frame, two recognisers', () => {
  test('the doubt of one tells which of two to believe, whichever of them is the main one', () => {
    const doubtful = says(['冀皖', 0.8], ...sure('AYL375'))
    const certain = says(...sure('皖AYL375'))
    expect(greedyText(doubtful).text).toBe('冀AYL375')
    for (const both of [
      [doubtful, certain],
      [certain, doubtful],
    ])
      expect(combineReads(both, null).text).toBe('皖AYL375')
  })

  test('letter O and digit 0 are one sign after the second place, in either recogniser', () => {
    const oh = says(...sure('皖AJOO2E'))
    expect(combineReads([oh], null).text).toBe('皖AJ002E')
    expect(textShare(oh, spell(charset, '皖AJ002E'))).toBeGreaterThan(0.9)
  })

  test('what is not a plate is not said, however certain: 66666, a badge, six characters', () => {
    for (const text of ['66666', 'AUDA6', '皖A1234', 'A12345', '皖012345'])
      expect(combineReads([says(...sure(text))], null), text).toEqual({ text: null, confidence: 0 })
    expect(combineReads([], null).text).toBeNull()
  })

  test('a green plate has 8 characters and a blue one 7; what does not fit the colour is not said', () => {
    const eight = says(...sure('苏ED51712'))
    const seven = says(...sure('苏E51712'))
    expect(combineReads([eight], 'green').text).toBe('苏ED51712')
    expect(combineReads([eight], 'blue').text).toBeNull()
    expect(combineReads([seven], 'green').text).toBeNull()
    expect(combineReads([seven], 'blue').text).toBe('苏E51712')
    expect(combineReads([eight], 'yellow').text).toBe('苏ED51712')
  })

  test('a character that nobody is sure of makes the whole plate unread, in place of a guess', () => {
    const vague = says(...sure('皖AYL37'), ['0123456789', 0.5])
    expect(greedyText(vague).text).toMatch(/^皖AYL37\d$/)
    expect(combineReads([vague, vague], null)).toEqual({ text: null, confidence: 0 })
  })
})

describe('several frames of one vehicle', () => {
  test('misreads of single frames are outvoted character by character', () => {
    const history = ['苏ED51712', '苏ED51712', '苏ED51772', '苏E51712', '苏ED51712'].map((text) =>
      seen(text),
    )
    expect(votePlates(history)).toMatchObject({ text: '苏ED51712', frames: 3 })
  })

  test('one frame is not enough, nor are two that disagree, nor frames without a text', () => {
    expect(votePlates([])).toBeNull()
    expect(votePlates([seen('皖AUJ299', 1)])).toBeNull()
    expect(votePlates([seen('皖AUJ299'), seen('皖AUJ298')])).toBeNull()
    expect(votePlates([seen('皖AUJ299'), seen(null), seen(null)])).toBeNull()
    expect(votePlates([seen('皖AUJ299'), seen('皖AUJ299')])?.text).toBe('皖AUJ299')
  })

  test('a plate that no frame read is never put together out of the characters of several', () => {
    const history = ['皖AUJ291', '皖AUJ991', '皖AUJ299', '皖BUJ299', '皖AUK299'].map((text) =>
      seen(text),
    )
    const vote = votePlates(history)
    if (vote !== null) expect(history.map(({ text }) => text)).toContain(vote.text)
    expect(votePlates([seen('皖AUJ291'), seen('皖AUK299'), seen('皖BUJ299')])).toBeNull()
  })

  test('half of the frames against the other half is no agreement', () => {
    const half = [seen('皖AUJ299'), seen('皖AUJ299'), seen('皖AUJ298'), seen('皖AUJ298')]
    expect(votePlates(half)).toBeNull()
    expect(votePlates([...half, seen('皖AUJ299'), seen('皖AUJ299')])?.text).toBe('皖AUJ299')
  })

  test('the order of the frames changes nothing: the first read does not win', () => {
    const history = [seen('皖AUJ298'), seen('皖AUJ299'), seen('皖AUJ299'), seen('皖AUJ299')]
    expect(votePlates(history)).toEqual(votePlates(history.toReversed()))
    expect(votePlates(history)?.text).toBe('皖AUJ299')
  })
})
