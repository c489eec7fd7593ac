/** What an ONVIF topic is about. `state` is a property that lasts, `event` something that happened. */
export interface OnvifTopic {
  /** ONVIF topic without its namespace; vendors use several for one thing. */
  readonly topic: string
  readonly as:
    | {
        readonly kind: 'state'
        readonly reading: string
        readonly data: readonly string[]
        readonly numeric: boolean
      }
    | { readonly kind: 'event'; readonly type: string }
  /** Source item that tells several of a kind apart: `input:INPUT1`. */
  readonly per?: string
}

const state = (
  topic: string,
  reading: string,
  data: readonly string[],
  per?: string,
): OnvifTopic => ({
  topic,
  as: { kind: 'state', reading, data, numeric: false },
  ...(per === undefined ? {} : { per }),
})
const measure = (
  topic: string,
  reading: string,
  data: readonly string[],
  per?: string,
): OnvifTopic => ({
  topic,
  as: { kind: 'state', reading, data, numeric: true },
  ...(per === undefined ? {} : { per }),
})
const event = (topic: string, type: string): OnvifTopic => ({ topic, as: { kind: 'event', type } })

/**
 * Topics of the ONVIF specifications (Imaging, Analytics, Device IO) and those that vendors use in their place.
 * Pixels that move are `cameraMotion`: they say nothing of a person in a home.
 */
const table: readonly OnvifTopic[] = [
  state('VideoSource/MotionAlarm', 'cameraMotion', ['State']),
  state('RuleEngine/CellMotionDetector/Motion', 'cameraMotion', ['IsMotion', 'State']),
  state('RuleEngine/MotionRegionDetector/Motion', 'cameraMotion', ['State', 'IsMotion']),
  state('RuleEngine/MyRuleDetector/PeopleDetect', 'personSeen', ['State']),
  state('RuleEngine/MyRuleDetector/VehicleDetect', 'vehicleSeen', ['State']),
  state('RuleEngine/TamperDetector/Tamper', 'tamper', ['IsTamper', 'State']),
  state('VideoSource/GlobalSceneChange/AnalyticsService', 'tamper', ['State']),
  state('VideoSource/GlobalSceneChange/ImagingService', 'tamper', ['State']),
  state('VideoSource/ImageTooDark/ImagingService', 'imageTooDark', ['State']),
  state('VideoSource/ImageTooBlurry/ImagingService', 'imageTooBlurry', ['State']),
  state('VideoSource/SignalLoss', 'signalLost', ['State']),
  state('Device/Trigger/DigitalInput', 'input', ['LogicalState', 'State'], 'InputToken'),
  state('Device/Trigger/Relay', 'relay', ['LogicalState', 'State'], 'RelayToken'),
  state('Device/HardwareFailure/StorageFailure', 'storageFailed', ['Failed']),
  state('Device/HardwareFailure/FanFailure', 'fanFailed', ['Failed']),
  state('Device/HardwareFailure/PowerSupplyFailure', 'powerFailed', ['Failed']),
  state('RuleEngine/FieldDetector/ObjectsInside', 'inside', ['IsInside'], 'Rule'),
  measure('RuleEngine/CountAggregation/Counter', 'count', ['Count', 'ObjectsCount'], 'Rule'),
  state('AudioAnalytics/Audio/DetectedSound', 'soundDetected', ['IsSoundDetected', 'State']),
  measure('Device/Sensor/Temperature', 'temperature', ['Value']),
  event('RuleEngine/LineDetector/Crossed', 'line.crossed'),
  event('RuleEngine/LoiteringDetector/ObjectIsLoitering', 'object.loitering'),
  event('Device/Sensor/Temperature/High', 'temperature.high'),
]

const byTopic: ReadonlyMap<string, OnvifTopic> = new Map(table.map((each) => [each.topic, each]))

/** Null where we have no word for it. */
export const onvifTopicOf = (topic: string): OnvifTopic | null => byTopic.get(topic) ?? null
