import type { FastifyRequest } from 'fastify'

export type Language = 'zh' | 'en'

/** The first of ours in Accept-Language by weight; Chinese where none is named. */
export function languageOf(request: Pick<FastifyRequest, 'headers'>): Language {
  const wishes = (request.headers['accept-language'] ?? '')
    .slice(0, 256)
    .split(',')
    .map((part) => {
      const [tag = '', ...params] = part.trim().toLowerCase().split(';')
      const q = params.map((param) => /^\s*q=([\d.]+)$/.exec(param)?.[1]).find(Boolean)
      return { language: tag.split('-')[0], weight: q === undefined ? 1 : Number(q) }
    })
    .filter(({ language, weight }) => weight > 0 && (language === 'zh' || language === 'en'))
    .toSorted((a, b) => b.weight - a.weight)
  return wishes[0]?.language === 'en' ? 'en' : 'zh'
}
