import { useCallback, useMemo } from 'react'
import { useCategories, useUnits } from '../../data/queries.ts'
import { useText } from '../../text/use-text.ts'

/** The name of a unit by its id; the id itself while the list is not there. */
export function useUnitNames(): (id: string | null) => string | null {
  const units = useUnits().data?.items
  const { local } = useText()
  const names = useMemo(
    () => new Map(units?.map((unit) => [unit.id, local(unit.name)])),
    [units, local],
  )
  return useCallback((id) => (id === null ? null : (names.get(id) ?? id)), [names])
}

/** Who usually answers for a category, by the shipped list. */
export function useUsualUnits(): (category: string | null) => string | null {
  const categories = useCategories().data?.items
  const usual = useMemo(
    () => new Map(categories?.map((category) => [category.code, category.typicalUnit])),
    [categories],
  )
  return useCallback(
    (category) => (category === null ? null : (usual.get(category)?.split('、')[0] ?? null)),
    [usual],
  )
}
