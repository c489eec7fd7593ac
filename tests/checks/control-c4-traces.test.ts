import { describe, expect, it } from 'vitest'
import { person } from '../gateway/access/face-stand.ts'
import { findsTemplate, listsIn } from './template-traces.ts'

/** A search that finds nothing proves nothing unless it finds what is there. */
describe('control C4: the search for templates finds them', () => {
  const template = person(5)
  const bytes = Buffer.from(template.buffer, template.byteOffset, template.byteLength)
  const doubles = Buffer.from(Float64Array.from(template).buffer)
  const swapped = Buffer.from(bytes).swap32()
  const around = (inside: string | Buffer) =>
    Buffer.concat([Buffer.from('{"a":"xy'), Buffer.from(inside), Buffer.from('"}')])

  it.each([
    ['bytes', bytes],
    ['big-endian bytes', swapped],
    ['doubles', doubles],
    ['base64', bytes.toString('base64')],
    ['base64 within other base64', Buffer.concat([Buffer.from('z'), bytes]).toString('base64')],
    ['base64url', bytes.toString('base64url')],
    ['base64 of doubles', doubles.toString('base64')],
    ['hex', bytes.toString('hex')],
    ['upper-case hex', bytes.toString('hex').toUpperCase()],
    ['a list', JSON.stringify([...template])],
    ['an object', JSON.stringify(template)],
    ['rounded', [...template].map((value) => value.toFixed(6)).join(' ')],
  ])('as %s', (_form, inside) => {
    expect(findsTemplate(around(inside), template)).not.toBeNull()
    expect(findsTemplate(around(inside), person(6))).toBeNull()
  })

  it('and lists as long as one, however they are written', () => {
    expect(listsIn({ a: [{ b: [...template] }] })).toEqual(['/a/0/b'])
    expect(listsIn(JSON.parse(JSON.stringify({ v: template })))).toEqual(['/v'])
    expect(listsIn({ a: Array.from({ length: 63 }, () => 1), b: ['1'.repeat(500)] })).toEqual([])
  })
})
