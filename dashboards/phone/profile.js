// The open pod profile (firmware_sim/PROTOCOL.md): UUIDs, commands, and what the page reads of their answers.

const uuid = (number) => `5f07${number}-70d5-4b6a-9c1e-2f6d0a8be4c3`;

export const POD_SERVICE = uuid("0001");
export const STREAM = uuid("0002");
export const CONTROL = uuid("0003");
export const INFO = uuid("0004");
export const STORE_SERVICE = uuid("0010");
export const STORE_INFO = uuid("0011");
export const BATTERY_SERVICE = 0x180f;
export const BATTERY_LEVEL = 0x2a19;

export const OPCODE = { START: 1, STOP: 2, RESEND: 7, RELEASE: 0x15 };
export const RESULT = { OK: 0, NOT_NOW: 3 };

const VERSION = 1;
const PACKET_HEADER_BYTES = 22;
const SAMPLE_BYTES = 12;
const MAX_SAMPLES = 18;
const REPLY_BYTES = 18;
const INFO_BYTES = 24;
const FEET = { 1: "left", 2: "right" };

export const bytesOf = (view) => new Uint8Array(view.buffer.slice(view.byteOffset, view.byteOffset + view.byteLength));

// A command with arguments of 32 bits, as those that the page sends have.
export function command(opcode, ...values) {
  const bytes = new DataView(new ArrayBuffer(1 + 4 * values.length));
  bytes.setUint8(0, opcode);
  values.forEach((value, index) => bytes.setUint32(1 + 4 * index, value, true));
  return bytes;
}

export function parseReply(view) {
  if (view.byteLength !== REPLY_BYTES) return null;
  const [opcode, result] = [view.getUint8(0), view.getUint8(1)];
  return { opcode, result, first: view.getUint32(10, true), count: view.getUint32(14, true) };
}

// Sequence and boot of a notification; null if it does not follow the profile.
export function parsePacket(view) {
  if (view.byteLength < PACKET_HEADER_BYTES) return null;
  const count = view.getUint8(18);
  const whole = count >= 1 && count <= MAX_SAMPLES && view.byteLength === PACKET_HEADER_BYTES + SAMPLE_BYTES * count;
  return whole ? { sequence: view.getUint32(0, true), boot: view.getUint16(4, true) } : null;
}

export function parseInfo(view) {
  if (view.byteLength < INFO_BYTES) throw new Error("This pod's info is too short; it is no surefoot pod.");
  if (view.getUint8(0) !== VERSION) throw new Error(`This pod speaks version ${view.getUint8(0)}, this page ${VERSION}.`);
  const [oldest, newest] = [view.getUint32(16, true), view.getUint32(20, true)];
  return {
    bytes: bytesOf(view),
    foot: FEET[view.getUint8(1)] ?? null,
    boot: view.getUint16(2, true),
    oldest: oldest > newest ? 0 : oldest,
    newest: oldest > newest ? -1 : newest, // no packet yet
    serial: new TextDecoder().decode(bytesOf(view).subarray(INFO_BYTES)),
  };
}

// The bytes of an info read before, as they were after a later packet.
export function withNewest(info, newest) {
  const bytes = info.slice();
  if (newest >= 0) new DataView(bytes.buffer).setUint32(20, newest, true);
  return bytes;
}

// What a pod's flash holds: records `oldest` … `next` − 1.
export const parseStoreInfo = (view) => ({
  isIdle: view.getUint8(2) === 0,
  oldest: view.getUint32(8, true),
  next: view.getUint32(12, true),
});
