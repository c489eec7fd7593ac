import Type, { type Static } from 'typebox'

const closed = { additionalProperties: false, default: {} } as const
const enabled = Type.Boolean({ default: true })

/** A topic, or the beginning of one; `+` stands for one level. */
const prefix = (usual: string, description: string) =>
  Type.String({
    pattern: '^[^#\\u0000]{1,128}$',
    default: usual,
    description,
  })

/** Devices of others on the same broker; docs/DEVICES.md says what is understood. */
export const AdapterConfig = Type.Object(
  {
    homeassistant: Type.Object(
      {
        enabled,
        prefix: prefix('homeassistant', 'of the discovery topics'),
        publish: Type.Boolean({
          default: false,
          description: 'tell a Home Assistant on the same broker of our own approved devices',
        }),
      },
      closed,
    ),
    zigbee2mqtt: Type.Array(
      Type.Object({ base: prefix('zigbee2mqtt', 'mqtt.base_topic of zigbee2mqtt') }, closed),
      { maxItems: 16, default: [{ base: 'zigbee2mqtt' }], description: 'none turns it off' },
    ),
    tasmota: Type.Object(
      { enabled, discovery: prefix('tasmota/discovery', 'of its discovery topics') },
      closed,
    ),
    frigate: Type.Array(
      Type.Object(
        {
          prefix: prefix('frigate', 'mqtt.topic_prefix of Frigate'),
          faces: Type.Record(
            Type.String({ minLength: 1, maxLength: 100 }),
            Type.String({ minLength: 1, maxLength: 128 }),
            {
              maxProperties: 1_000,
              default: {},
              description:
                'resident id by the name that Frigate gives to a face; only with the consent of the person',
            },
          ),
          faceScoreMin: Type.Number({
            minimum: 0.5,
            maximum: 1,
            default: 0.9,
            description: 'score of Frigate from which on a face is a sign of life',
          }),
        },
        closed,
      ),
      {
        maxItems: 16,
        default: [{ prefix: 'frigate', faces: {}, faceScoreMin: 0.9 }],
        description: 'none turns it off',
      },
    ),
    onvif: Type.Array(Type.Object({ prefix: prefix('+', 'TopicPrefix of the cameras') }, closed), {
      maxItems: 64,
      default: [{ prefix: '+' }],
      description: 'none turns it off',
    }),
    shelly: Type.Object({ enabled }, closed),
    thingsboard: Type.Object({ enabled }, closed),
  },
  closed,
)
export type AdapterConfig = Static<typeof AdapterConfig>
