// Frames of a recording's journal, as sensor_ingest/recording/frames.py and entries.py read them: payload length, kind
// and CRC-32 before each entry. Little-endian; `pod` is an index into the manifest's pods, times are session seconds.

// The beginning of every journal.
export const MAGIC = new TextEncoder().encode("surefoot journal 1\n");
export const EVENT = { CONNECTED: 1, DISCONNECTED: 2, REBOOTED: 3, BATTERY: 4, CONTINUED: 8 };
export const FOOT_CODE = { left: 1, right: 2 };

const KIND = { PACKET: 1, POD: 2, LOST: 4, EVENT: 5, END: 6 };
const HEADER_BYTES = 9;
const CHECKED_AHEAD_BYTES = 5; // length and kind are in the checksum too
const MAX_TEXT_BYTES = 200;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes, crc = 0) {
  let value = ~crc;
  for (const byte of bytes) value = CRC_TABLE[(value ^ byte) & 255] ^ (value >>> 8);
  return ~value >>> 0;
}

// A frame whose payload is `head` bytes that `write` fills in, and then `tail`.
function frame(kind, head, write, tail = new Uint8Array(0)) {
  const bytes = new Uint8Array(HEADER_BYTES + head + tail.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, head + tail.length, true);
  view.setUint8(4, kind);
  write(new DataView(bytes.buffer, HEADER_BYTES));
  bytes.set(tail, HEADER_BYTES + head);
  const checksum = crc32(bytes.subarray(HEADER_BYTES), crc32(bytes.subarray(0, CHECKED_AHEAD_BYTES)));
  view.setUint32(5, checksum, true);
  return bytes;
}

export function packetFrame(pod, arrivalS, data) {
  const write = (view) => {
    view.setUint16(0, pod, true);
    view.setFloat64(2, arrivalS, true);
  };
  return frame(KIND.PACKET, 10, write, data);
}

// `first` is the first packet wanted of this boot.
export function podFrame(pod, connectedS, first, foot, info, runner) {
  const write = (view) => {
    view.setUint16(0, pod, true);
    view.setFloat64(2, connectedS, true);
    view.setUint32(10, first, true);
    view.setUint8(14, FOOT_CODE[foot]);
    view.setUint16(15, info.length, true);
  };
  return frame(KIND.POD, 17, write, new Uint8Array([...info, ...new TextEncoder().encode(runner)]));
}

export function lostFrame(pod, boot, first, count) {
  const write = (view) => {
    view.setUint16(0, pod, true);
    view.setUint16(2, boot, true);
    view.setUint32(4, first, true);
    view.setUint32(8, count, true);
  };
  return frame(KIND.LOST, 12, write);
}

export function eventFrame(pod, atS, kind, value = 0, text = "") {
  const write = (view) => {
    view.setUint16(0, pod, true);
    view.setFloat64(2, atS, true);
    view.setUint8(10, kind);
    view.setFloat64(11, value, true);
  };
  return frame(KIND.EVENT, 19, write, new TextEncoder().encode(text.slice(0, MAX_TEXT_BYTES / 4)));
}

export function endFrame(atS) {
  return frame(KIND.END, 8, (view) => view.setFloat64(0, atS, true));
}
