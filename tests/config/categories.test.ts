import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parseCategories } from '../../config/categories.ts'
import { parseCategorySettings } from '../../config/category-settings.ts'
import { parseDuties, parseOrg } from '../../config/org.ts'

const shipped = (file: string): string =>
  readFileSync(new URL(`../../config/${file}`, import.meta.url), 'utf8')
const head = 'code,parent,kind,nameZh,nameEn,community,typicalUnitZh,handleHours,hoursKind,source'
const table = `${head}\nA,,event,甲,A,false,,,,x\nA01,A,event,乙,B,true,,4,working,x\nA0101,A01,event,丙,C,true,物业,,,x\n`
const settings = (text: string) => parseCategorySettings(text, 'categories.yaml')

describe('the shipped categories', () => {
  const all = parseCategories(
    shipped('categories.csv'),
    parseCategorySettings(shipped('categories.yaml'), 'categories.yaml'),
  )
  const of = (code: string) => all.find((one) => one.code === code)

  it('are 355, in both languages, with hours only where a source was found', () => {
    expect(all).toHaveLength(355)
    expect(all.filter(({ name }) => name.zh === '' || name.en === '')).toEqual([])
    expect(all.some(({ handleHours }) => handleHours === null)).toBe(true)
    expect(of('C0205')).toMatchObject({ handleHours: 0.5, hoursKind: 'clock', level: 3 })
    expect(of('PX0105')).toMatchObject({ handleHours: null, parent: 'P01' })
  })

  it('say for every one which kind of unit is asked, and flag what is dangerous or brings petitions', () => {
    expect(all.filter(({ unitKind }) => unitKind === null)).toEqual([])
    expect(of('C0205')).toMatchObject({ unitKind: 'contractor', safetyCritical: true })
    expect(of('C0601')).toMatchObject({ unitKind: 'grid', safetyCritical: false })
    expect(of('EX0411')).toMatchObject({ safetyCritical: true, petitionProne: false })
    expect(of('C0313')).toMatchObject({ safetyCritical: false, petitionProne: true })
  })

  it('have an organisation whose duties name what is there', () => {
    const units = parseOrg(shipped('org.yaml'), 'org.yaml', 'demo')
    expect(parseDuties(shipped('org.yaml'), 'org.yaml', { units, categories: all })).not.toEqual([])
  })
})

describe('categories of one’s own', () => {
  it('take flags and kinds of units from the branch, limits and names from the code itself', () => {
    const [top, middle, leaf] = parseCategories(
      table,
      settings(
        'petitionProne: [A01]\nunitKinds: { A: street, A0101: contractor }\n' +
          'limits: { A0101: { hours: 2, kind: continuous } }\nnames: { A: { zh: 头, en: Top } }',
      ),
    )
    expect(top).toMatchObject({ name: { zh: '头', en: 'Top' }, petitionProne: false, level: 1 })
    expect(middle).toMatchObject({ unitKind: 'street', petitionProne: true, handleHours: 4 })
    expect(leaf).toMatchObject({
      unitKind: 'contractor',
      petitionProne: true,
      handleHours: 2,
      hoursKind: 'continuous',
    })
  })

  it('hold codes of the lengths that the configuration names, and of others where it names none', () => {
    expect(parseCategories(table)).toHaveLength(3)
    expect(parseCategories(table, settings('codeLengths: [[1], [3], [5]]'))).toHaveLength(3)
    const refused = (lengths: string) => () =>
      parseCategories(table, settings(`codeLengths: ${lengths}`))
    expect(refused('[[1], [3], [4, 6]]')).toThrow('code A0101 on level 3: 4 or 6 signs')
    expect(refused('[[1], [3]]')).toThrow('no level so deep')
  })

  it('are refused where a setting names what is not there, a code stands twice or goes round', () => {
    expect(() => parseCategories(table, settings('safetyCritical: [B]'))).toThrow('name B')
    expect(() => settings('limits: { A: { hours: 0, kind: clock } }')).toThrow('categories.yaml')
    expect(() => parseCategories(`${table}A,,event,a,a,true,,,,x\n`)).toThrow('A stands twice')
    const ring = `${head}\nA,B,event,a,a,true,,,,x\nB,A,event,b,b,true,,,,x\n`
    expect(() => parseCategories(ring)).toThrow('lies below itself')
  })
})

describe('duties of the file', () => {
  const known = { units: [{ id: 'u' }], categories: [{ code: 'A' }] }
  const duties = (rows: string) => parseDuties(`units: []\nduties: ${rows}`, 'org.yaml', known)
  it('name categories and units that are there, each pair once', () => {
    expect(duties('[{ category: A, unit: u }]')).toEqual([{ category: 'A', area: null, unit: 'u' }])
    expect(() => duties('[{ category: B, unit: u }]')).toThrow('duty of B: no such category')
    expect(() => duties('[{ category: A, unit: v }]')).toThrow('no unit v')
    expect(() => duties('[{ category: A, area: v, unit: u }]')).toThrow('no area v')
    expect(() => duties('[{ category: A, unit: u }, { category: A, unit: u }]')).toThrow('twice')
  })
})
