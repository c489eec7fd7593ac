import { expect, it } from 'vitest'
import { parseTemplate } from '../../../../gateway/ingest/adapters/homeassistant/template.ts'

const payload = JSON.stringify({
  contact: false,
  n: null,
  deep: { list: [3, { x: 'Y ' }] },
  t: 21.456,
  whole: 7,
  text: 'ON',
})
const render = (template: string): string | null | undefined =>
  parseTemplate(template)?.render(payload, JSON.parse(payload))

// Text is compared with text: it must come out as Python would print it.
it.each([
  ['{{ value }}', payload],
  ['{{ value_json.contact }}', 'False'],
  ["{{ value_json['contact'] }}", 'False'],
  ['{{ value_json["n"] }}', 'None'],
  ['{{ value_json.missing }}', ''],
  ['{{ value_json.missing.further }}', ''],
  ['{{ value_json.deep.list[0] }}', '3'],
  ['{{ value_json.deep.list[1].x | lower | trim }}', 'y'],
  ['{{ value_json.t | round(1) }}', '21.5'],
  ['{{ value_json.t | round }}', '21.0'],
  ['{{ value_json.whole | float }}', '7.0'],
  ['{{ value_json.t | int }}', '21'],
  ['{{ value_json.text | float(0) }}', '0.0'],
  ["{{ value_json.missing | default('None') }}", 'None'],
  ["{{ value_json.n | default('x') }}", 'None'],
  ["{{ value_json.n | default('',True) | string | truncate(254, True, '', 0) }}", ''],
  ['{{ "offline" }}', 'offline'],
  ['{{ value_json.deep | tojson }}', '{"list":[3,{"x":"Y "}]}'],
  ['a{{ value_json.whole }}b', 'a7b'],
])('%s', (template, text) => expect(render(template)).toBe(text))

it('gives nothing for what is not defined where that is asked, and for an object', () => {
  expect(render('{{ value_json.missing | is_defined }}')).toBeNull()
  expect(render('{{ value_json.deep }}')).toBeNull()
})

it.each([
  '{{ value.__class__ }}',
  '{{ value_json.__class__ }}',
  "{{ value_json['__proto__'] }}",
  '{% if value_json.x %}1{% endif %}',
  "{{ 'ON' if value_json.x else 'OFF' }}",
  '{{ value_json.x + 1 }}',
  '{{ value | regex_replace("a", "b") }}',
  '{{ states("sensor.x") }}',
  '{{ value_json.x',
  '{{ }}',
  `{{ ${'x'.repeat(2_000)} }}`,
])('refuses %.60s as a whole', (template) => expect(parseTemplate(template)).toBeNull())

it('reaches nothing of a prototype', () => expect(render('{{ value_json.constructor }}')).toBe(''))
