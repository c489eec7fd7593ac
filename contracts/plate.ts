/**
 * Civil number plates of GA 36-2018: province, letter of the place, then five characters (seven in all) or,
 * for new-energy cars, six (eight in all). I and O do not occur after the second character, so that 1 and 0
 * cannot be mistaken; police, training, Hong Kong and Macau plates end in a character of their own.
 */
export const provinces = '京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼'
const lastOnly = '挂学警港澳'
const tail = 'A-HJ-NP-Z0-9'

const ordinary = new RegExp(`^[${provinces}][A-HJ-NP-Z][${tail}]{4}[${tail}${lastOnly}]$`)
/** Small cars: D, F (and since 2021 A, B, C, E, G, H, J, K) in third place; large ones at the end. */
const small = new RegExp(`^[${provinces}][A-HJ-NP-Z][A-HJK][${tail}]\\d{4}$`)
const large = new RegExp(`^[${provinces}][A-HJ-NP-Z]\\d{5}[A-HJK]$`)

/** Upper case, without dots, hyphens and blanks; O and I after the second character are 0 and 1. */
export function normalisePlate(text: string): string {
  const plain = text
    .normalize('NFKC')
    .toUpperCase()
    .replaceAll(/[\s·•・‧∙⋅.\-‐-―_]/g, '')
  return plain.slice(0, 2) + plain.slice(2).replaceAll('O', '0').replaceAll('I', '1')
}

export const isGreenPlate = (plate: string): boolean => small.test(plate) || large.test(plate)
/** Takes a normalised plate. */
export const isPlate = (plate: string): boolean => ordinary.test(plate) || isGreenPlate(plate)
