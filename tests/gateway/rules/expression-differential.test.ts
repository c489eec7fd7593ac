import { Environment } from '@marcbachmann/cel-js'
import { expect, test } from 'vitest'
import { seeded } from '../../../bench/support/random.ts'
import { createExpressionParser } from '../../../config/expression/parse.ts'
import { Compiler, createNeeds } from '../../../gateway/rules/expression/compile.ts'
import { ReadingBook } from '../../../gateway/rules/expression/reading-book.ts'
import { createScene } from '../../../gateway/rules/expression/scene.ts'
import { Series, Source, Subject } from '../../../gateway/rules/expression/source.ts'
import { RosterBook } from '../../../gateway/model/roster-book.ts'
import { aDevice, community, t0 } from './stand.ts'

// Where nothing is unknown an expression means what CEL says: the library that we take for reading and
// checking can evaluate as well, and knows nothing of how we do it.
const numbers = ['temperature', 'humidity', 'noise', 'pm25'] as const
const flags = ['smoke', 'gas', 'motion', 'doorOpen'] as const
const types = ['kitchen', 'bedroom', 'lamp'] as const

/** The same tree as a rule may be written, where whole numbers are numbers, and in strict CEL. */
interface Written {
  readonly ours: string
  readonly cel: string
}
const both = (text: string): Written => ({ ours: text, cel: text })
/** Of parts, which are put in brackets. */
const joined = (of: (...parts: string[]) => string, ...parts: Written[]): Written => ({
  ours: of(...parts.map(({ ours }) => `(${ours})`)),
  cel: of(...parts.map(({ cel }) => `(${cel})`)),
})

class Author {
  readonly #random: () => number
  constructor(random: () => number) {
    this.#random = random
  }

  pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.#random() * list.length)] as T
  }

  literal(): Written {
    const whole = Math.floor(this.#random() * 8)
    if (this.#random() < 0.3) return both(`${whole}.25`)
    return this.#random() < 0.5 ? both(`${whole}.0`) : { ours: `${whole}`, cel: `${whole}.0` }
  }

  number(depth: number): Written {
    if (depth === 0) return this.#random() < 0.7 ? both(this.pick(numbers)) : this.literal()
    const less = depth - 1
    switch (this.pick(['leaf', 'sum', 'share', 'minus', 'abs', 'choice'])) {
      case 'sum': {
        const op = this.pick(['+', '-', '*'])
        // Of two literals one is a reading: `1 + 2` are whole numbers to CEL and no rule's business.
        return joined((a, b) => `${a} ${op} ${b}`, this.number(less), both(this.pick(numbers)))
      }
      case 'share':
        // By nothing is unknown with us and endless in CEL: nobody divides by nothing here.
        return joined((a, b) => `${a} / ${b}`, this.number(less), both(this.pick(['4.0', '0.5'])))
      case 'minus':
        return joined((a) => `-${a}`, both(this.pick(numbers)))
      case 'abs':
        return joined(
          (a) => `abs${a}`,
          joined((a, b) => `${a} - ${b}`, both(this.pick(numbers)), this.number(less)),
        )
      case 'choice': {
        const [a, b] = [both(this.pick(numbers)), both(this.pick(numbers))]
        return joined((t, x, y) => `${t} ? ${x} : ${y}`, this.flag(less), a, b)
      }
      default:
        return both(this.pick(numbers))
    }
  }

  flag(depth: number): Written {
    if (depth === 0) return both(this.pick([...flags, 'true', 'false']))
    const less = depth - 1
    switch (
      this.pick(['leaf', 'not', 'and', 'and', 'same', 'choice', 'compare', 'compare', 'text'])
    ) {
      case 'not':
        return joined((a) => `!${a}`, this.flag(less))
      case 'and': {
        const op = this.pick(['&&', '||'])
        return joined((a, b) => `${a} ${op} ${b}`, this.flag(less), this.flag(less))
      }
      case 'same': {
        const op = this.pick(['==', '!='])
        return joined((a, b) => `${a} ${op} ${b}`, this.flag(less), this.flag(less))
      }
      case 'choice':
        return joined(
          (t, a, b) => `${t} ? ${a} : ${b}`,
          this.flag(less),
          this.flag(less),
          this.flag(less),
        )
      case 'compare': {
        const op = this.pick(['<', '<=', '>', '>=', '==', '!='])
        const right = this.#random() < 0.3 ? this.literal() : this.number(less)
        return joined((a, b) => `${a} ${op} ${b}`, this.number(less), right)
      }
      case 'text': {
        const [one, other] = [this.pick(types), this.pick(types)]
        return both(this.pick([`deviceType in ["${one}", "${other}"]`, `deviceType != "${one}"`]))
      }
      default:
        return both(this.pick(flags))
    }
  }
}

function strictCel(): Environment {
  const environment = new Environment()
  for (const name of numbers) environment.registerVariable(name, 'double')
  for (const name of flags) environment.registerVariable(name, 'bool')
  environment.registerVariable('deviceType', 'string')
  environment.registerFunction('abs(double): double', (value: number) => Math.abs(value))
  return environment
}

test('random expressions over known readings have the answer that the library itself gives', () => {
  const random = seeded(20_261_201)
  const author = new Author(random)
  const parser = createExpressionParser()
  const cel = strictCel()
  const answers = { true: 0, false: 0 }
  for (let round = 0; round < 1_500; round += 1) {
    const { ours, cel: strict } = author.flag(1 + (round % 4))
    const book = new ReadingBook()
    const when = new Compiler(book, createNeeds()).flag(parser.flag(ours))
    const asked = cel.parse(strict)
    for (let world = 0; world < 3; world += 1) {
      const type = author.pick(types)
      const source = new Source(community, 'a', aDevice('a', { type }))
      source.aliveUntil = t0 + 1
      const values: Record<string, unknown> = { deviceType: type }
      for (const name of [...numbers, ...flags]) {
        const number = (numbers as readonly string[]).includes(name)
        // Of few values, so that what is equal and what lies on the edge is met.
        const value = number ? Math.floor(random() * 32 - 8) / 4 : Math.floor(random() * 2)
        values[name] = number ? value : value === 1
        const series = new Series(name)
        series.at = t0
        series.value = value
        source.series[book.numberOf(name)] = series
      }
      const subject = new Subject('device', community, 'a', source)
      const scene = createScene(new RosterBook(), () => null, subject)
      scene.now = t0
      scene.member = source
      const expected = asked(values) as boolean
      expect(when(scene), `${ours} of ${JSON.stringify(values)}`).toBe(expected ? 1 : 0)
      answers[`${expected}`] += 1
    }
  }
  // Both were asked for often enough to mean something.
  expect(Math.min(answers.true, answers.false)).toBeGreaterThan(1_000)
})
