import { describe, expect, test } from 'vitest'
import { type Job, JobQueue } from '../../../gateway/vision/job.ts'

let nextId = 0
const job = (kind: 'door' | 'analyse' | 'redact', attempts = 0): Job => {
  nextId += 1
  const jpeg = new Uint8Array(4)
  return {
    id: nextId,
    work:
      kind === 'redact'
        ? { kind, jpeg, request: { knownFacesPx: [], overlay: null } }
        : { kind: 'analyse', jpeg, request: { tasks: [], urgent: kind === 'door' } },
    waited: 0,
    attempts,
    resolve() {},
    reject() {},
  }
}
const drain = (queue: JobQueue): Job[] => {
  const taken: Job[] = []
  for (let next = queue.take(); next !== null; next = queue.take()) taken.push(next)
  return taken
}

describe('the order in which pictures reach the detectors', () => {
  test('doors before a second attempt, that before analyses, those before pictures for people', () => {
    const queue = new JobQueue(10)
    const jobs = [job('redact'), job('analyse'), job('analyse', 1), job('door'), job('door')]
    for (const it of jobs) expect(queue.push(it)).toBe(true)
    const [view, analysis, retry, first, second] = jobs
    expect(drain(queue)).toEqual([first, second, retry, analysis, view])
  })

  test('a full queue refuses everybody but doors; doors have a bound of their own', () => {
    const queue = new JobQueue(3)
    for (let i = 0; i < 3; i += 1) expect(queue.push(job('analyse'))).toBe(true)
    expect(queue.push(job('analyse'))).toBe(false)
    expect(queue.push(job('redact'))).toBe(false)
    for (let i = 0; i < 3; i += 1) expect(queue.push(job('door'))).toBe(true)
    expect(queue.push(job('door'))).toBe(false)
    expect(queue.size).toBe(6)
  })

  test('of five pictures one may be for people, however many wait to be analysed', () => {
    const queue = new JobQueue(100)
    for (let i = 0; i < 20; i += 1) queue.push(job('analyse'))
    const view = job('redact')
    queue.push(view)
    expect(drain(queue).indexOf(view)).toBeLessThanOrEqual(4)
  })
})
