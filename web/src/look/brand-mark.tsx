/** The house with one lit window. */
export function BrandMark({ sizePx = 26 }: { sizePx?: number }) {
  const dim = { rx: 0.8, fill: '#fff', opacity: 0.38 } as const
  return (
    <svg width={sizePx} height={sizePx} viewBox="0 0 28 28" aria-hidden="true">
      <path
        d="M3 12.5 14 4l11 8.5V24a1.5 1.5 0 0 1-1.5 1.5h-19A1.5 1.5 0 0 1 3 24z"
        fill="#2B55C0"
      />
      <rect x="7.5" y="13" width="5" height="4.5" {...dim} />
      <rect x="15.5" y="13" width="5" height="4.5" rx=".8" fill="#FFC766" />
      <rect x="7.5" y="19.5" width="5" height="6" {...dim} />
      <rect x="15.5" y="19.5" width="5" height="4" {...dim} />
    </svg>
  )
}
