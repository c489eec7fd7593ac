import type { Polygon } from '../../contracts/detections.ts'

export const widthPx = 1280
export const heightPx = 720

const svg = (body: string): Buffer =>
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}">${body}</svg>`,
  )

const windows = (left: number, top: number, columns: number, rows: number): string =>
  Array.from(
    { length: columns * rows },
    (_, at) =>
      `<rect x="${left + (at % columns) * 62}" y="${top + Math.floor(at / columns) * 84}" width="34" height="46" fill="#5b6a75"/>`,
  ).join('')

const yard = `<rect width="1280" height="330" fill="#b7c4cd"/>
<rect x="0" y="40" width="520" height="290" fill="#b9a892"/>${windows(26, 74, 8, 3)}
<rect x="560" y="90" width="720" height="240" fill="#a8a39b"/>${windows(588, 116, 11, 2)}
<rect y="318" width="1280" height="40" fill="#5f7a4f"/><rect y="350" width="1280" height="370" fill="#6d6f70"/>`

/** A yard with a fire lane painted where the roster's zone says that it is. */
export function drawLane(zone: Polygon): Buffer {
  const points = zone.map(([x, y]) => `${x * widthPx},${y * heightPx}`).join(' ')
  return svg(
    `${yard}<polygon points="${points}" fill="#807b5c" stroke="#e3c23c" stroke-width="9"/>`,
  )
}

/** Backgrounds for cameras that need no photograph; none of them shows a person, a car or a face. */
export const drawnScenes = {
  gate: svg(
    `${yard}<rect x="180" y="500" width="920" height="12" fill="#d9d9d4"/><rect x="140" y="420" width="46" height="180" fill="#8f3b34"/>`,
  ),
  square: svg(
    `${yard}<ellipse cx="640" cy="560" rx="330" ry="90" fill="#8b9a83"/><ellipse cx="640" cy="552" rx="90" ry="24" fill="#7f99a8"/>`,
  ),
  porch: svg(
    `<rect width="1280" height="720" fill="#a59a8c"/><rect x="0" y="600" width="1280" height="120" fill="#77706a"/>
<rect x="880" y="90" width="290" height="530" fill="#5d6a70"/><rect x="905" y="120" width="110" height="210" fill="#8ba0a8"/>`,
  ),
  hall: svg(
    `<rect width="1280" height="720" fill="#c9c4ba"/><polygon points="0,720 420,400 860,400 1280,720" fill="#8c867d"/>
<rect x="420" y="150" width="440" height="250" fill="#b5afa4"/><rect x="70" y="190" width="180" height="400" fill="#7a5f48"/><rect x="1030" y="190" width="180" height="400" fill="#7a5f48"/>`,
  ),
  shed: svg(
    `<rect width="1280" height="720" fill="#8f979b"/><polygon points="0,120 1280,60 1280,210 0,240" fill="#54707d"/>
<rect y="520" width="1280" height="200" fill="#74716b"/>${[140, 420, 700, 980].map((x) => `<rect x="${x}" y="230" width="18" height="300" fill="#4d5a60"/>`).join('')}`,
  ),
  lift: svg(
    `<rect width="1280" height="720" fill="#b9bcbd"/><polygon points="0,720 230,520 1050,520 1280,720" fill="#7d7a74"/>
<rect x="230" y="40" width="820" height="480" fill="#c8cbcc"/><rect x="236" y="46" width="400" height="470" fill="#bfc3c4"/><rect x="1090" y="200" width="70" height="240" fill="#5a5f63"/>`,
  ),
} as const

/** The beams of a car that turns, `at` 0..1 of the width. */
export const headlights = (at: number): Buffer =>
  svg(
    `<ellipse cx="${at * widthPx}" cy="470" rx="260" ry="150" fill="#fff8dc" opacity="0.75"/><ellipse cx="${at * widthPx + 120}" cy="440" rx="120" ry="80" fill="#fff" opacity="0.85"/>`,
  )

/** The soft shadow of somebody who stays outside. */
export const shadow = (at: number): Buffer =>
  svg(
    `<polygon points="${at * widthPx - 60},300 ${at * widthPx + 60},300 ${at * widthPx + 220},720 ${at * widthPx - 40},720" fill="#000" opacity="0.38"/>`,
  )

/** A drawn face of about 260 px; YuNet gives such drawings 0.9. */
export const drawnFace: Buffer = Buffer.from(
  `<svg xmlns="http://www.w3.org/2000/svg" width="300" height="380"><ellipse cx="150" cy="190" rx="110" ry="150" fill="#e3b899"/>
<path d="M42 150 Q60 20 150 22 Q240 20 258 150 Q230 80 150 78 Q70 80 42 150" fill="#3a2c25"/>
<ellipse cx="108" cy="178" rx="20" ry="10" fill="#fff"/><ellipse cx="192" cy="178" rx="20" ry="10" fill="#fff"/>
<circle cx="108" cy="178" r="8" fill="#33231c"/><circle cx="192" cy="178" r="8" fill="#33231c"/>
<path d="M84 156 Q108 144 132 156 M168 156 Q192 144 216 156" stroke="#3a2c25" stroke-width="7" fill="none"/>
<path d="M150 186 L138 238 Q150 248 164 238" stroke="#b98a6c" stroke-width="6" fill="none"/>
<path d="M110 274 Q150 300 190 274 Q150 286 110 274" fill="#a5484a" stroke="#8d3c40" stroke-width="5"/></svg>`,
)
