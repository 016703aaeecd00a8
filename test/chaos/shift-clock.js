/**
 * Loaded into a process before its program (`node --import`): its clock can then be set by a message `{ shiftMs }`, as if
 * the machine's time had been changed. Timers and `performance.now()` continue, as they do then.
 */
const RealDate = Date;
let shiftMs = 0;

class ShiftedDate extends RealDate {
  constructor(...values) {
    if (values.length === 0) super(RealDate.now() + shiftMs);
    else super(...values);
  }

  static now() {
    return RealDate.now() + shiftMs;
  }
}

process.on('message', (message) => {
  if (typeof message?.shiftMs !== 'number') return;
  shiftMs = message.shiftMs;
  globalThis.Date = ShiftedDate;
});
