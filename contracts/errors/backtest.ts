import { entry } from './entry.ts'

/** Replaying what was recorded. */
export const backtestErrors = {
  'backtest.no-log': entry(
    503,
    '没有可回放的记录',
    'No recorded history to replay',
    '检查 LINLI_HOME；网关至少要启动过一次',
    'Check LINLI_HOME; the gateway must have run once',
  ),
  'backtest.busy': entry(
    409,
    '正在回放',
    'A replay is running',
    '等它结束再试',
    'Wait for it to end and try again',
  ),
  'backtest.stopped': entry(
    503,
    '回放已停止',
    'The replay was stopped',
    '缩短时间段，或在本机用命令行',
    'Take a shorter span, or use the command line on the box',
  ),
} as const
