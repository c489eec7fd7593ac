/** Fills used by name: hatch says "nobody could look" and nothing else; dots say away. Drawn once per page. */
export function Patterns() {
  return (
    <svg width="0" height="0" style={{ position: 'absolute' }} aria-hidden="true">
      <defs>
        <pattern
          id="hatch-cannot"
          width="4"
          height="4"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <rect width="4" height="4" fill="#fff" />
          <rect width="1.1" height="4" fill="#D9D0F2" />
        </pattern>
        <pattern
          id="hatch"
          width="6"
          height="6"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <rect width="6" height="6" fill="#fff" />
          <rect width="1.7" height="6" fill="#8993A4" />
        </pattern>
        <pattern id="away-dots" width="5" height="5" patternUnits="userSpaceOnUse">
          <rect width="5" height="5" fill="#fff" />
          <circle cx="2.5" cy="2.5" r=".9" fill="#8A94A6" />
        </pattern>
      </defs>
    </svg>
  )
}
