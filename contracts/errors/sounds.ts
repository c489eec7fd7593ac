import { type ErrorEntry, entry } from './entry.ts'

/** What loudspeakers play: speech, clips and the addresses they are fetched from. */
export const soundErrors = {
  'speech.missing': entry(
    503,
    '没有语音合成程序',
    'No program that speaks',
    'apt-get install espeak-ng，或在配置 broadcast.speech.command 里写别的程序',
    'apt-get install espeak-ng, or name another program in broadcast.speech.command',
  ),
  'speech.failed': entry(
    502,
    '语音合成失败',
    'The program that speaks failed',
    '在盒子上照 broadcast.speech.command 运行一次，看它报什么',
    'Run broadcast.speech.command on the box and see what it says',
  ),
  'sound.no-ffmpeg': entry(
    503,
    '没有 ffmpeg，声音转不成喇叭的格式',
    'No ffmpeg to bring sounds into the format of loudspeakers',
    'apt-get install ffmpeg',
    'apt-get install ffmpeg',
  ),
  'sound.unreadable': entry(
    422,
    '这段声音读不出来',
    'The sound cannot be read',
    '换一个完好的 MP3、WAV、M4A、OGG 或 FLAC 文件',
    'Choose a sound MP3, WAV, M4A, OGG or FLAC file',
  ),
  'sound.too-long': entry(
    422,
    '声音太长了',
    'The sound is too long',
    '剪短一些，或调高 broadcast.clipSecondsMax',
    'Cut it, or raise broadcast.clipSecondsMax',
  ),
  'sound.full': entry(
    413,
    '声音的空间满了',
    'No room for sounds',
    '删掉不用的音频，或调高 broadcast.soundsMegabytesMax',
    'Delete clips that nobody uses, or raise broadcast.soundsMegabytesMax',
  ),
  'sound.busy': entry(
    503,
    '正在处理别的声音',
    'Other sounds are being made',
    '稍等几秒再试',
    'Wait a few seconds, then try again',
  ),
  'sound.link-refused': entry(
    403,
    '声音地址无效或已过期',
    'The address of the sound is not valid, or not any more',
    '喇叭收到命令后应马上取；重新播一次会给新地址',
    'A loudspeaker fetches it at once; speaking again gives a new address',
  ),
  'broadcast.no-address': entry(
    503,
    '喇叭不知道从哪里取声音',
    'Loudspeakers have nowhere to fetch sounds from',
    '在配置 broadcast.address 里写喇叭能访问的地址',
    'Name an address that loudspeakers reach in broadcast.address',
  ),
  'broadcast.clip-in-use': entry(
    409,
    '还有广播要播这段音频',
    'An announcement is still going to play this clip',
    '先取消那条广播，再删音频',
    'Cancel that announcement first',
  ),
} as const satisfies Record<string, ErrorEntry>
