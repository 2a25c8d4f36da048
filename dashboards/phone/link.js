// One connection to a pod over Web Bluetooth: its characteristics, commands with their replies, one operation at a time.

import * as profile from "./profile.js";

const CONNECT_MS = 20000;
const OPERATION_MS = 5000;

// A promise that rejects after a time, as some browsers let an operation wait for ever when the link goes.
function within(ms, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error("The pod does not answer.")), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export class PodLink {
  #server;
  #characteristics = {};
  #operation = Promise.resolve();
  #pending = null;

  constructor(device) {
    this.device = device;
  }

  get isUp() {
    return Boolean(this.device.gatt.connected);
  }

  connect() {
    return within(CONNECT_MS, this.#connect());
  }

  async #connect() {
    this.#server = await this.device.gatt.connect();
    const service = await this.#server.getPrimaryService(profile.POD_SERVICE);
    for (const name of ["STREAM", "CONTROL", "INFO"]) {
      this.#characteristics[name] = await service.getCharacteristic(profile[name]);
    }
    await this.#subscribe(this.#characteristics.CONTROL, (view) => this.#onReply(view));
  }

  close() {
    this.device.gatt.disconnect();
  }

  async info() {
    return profile.parseInfo(await this.#do(() => this.#characteristics.INFO.readValue()));
  }

  subscribePackets(onPacket) {
    return this.#subscribe(this.#characteristics.STREAM, onPacket);
  }

  // Call `onBattery(percent)` now and on each change; nothing without a battery service.
  async subscribeBattery(onBattery) {
    const level = await this.#optional(profile.BATTERY_SERVICE, profile.BATTERY_LEVEL);
    if (!level) return;
    onBattery((await this.#do(() => level.readValue())).getUint8(0));
    await this.#subscribe(level, (view) => onBattery(view.getUint8(0)));
  }

  // What the pod's flash holds; null for a pod without a store, or one that does not show it to this phone.
  async storeInfo() {
    this.#characteristics.STORE ??= await this.#optional(profile.STORE_SERVICE, profile.STORE_INFO);
    if (!this.#characteristics.STORE) return null;
    try {
      return profile.parseStoreInfo(await this.#do(() => this.#characteristics.STORE.readValue()));
    } catch (error) {
      if (error.name === "SecurityError" || error.name === "NotSupportedError") return null;
      throw error;
    }
  }

  // Send a command; its reply.
  command(opcode, ...values) {
    return this.#do(async () => {
      const reply = new Promise((resolve) => {
        this.#pending = { opcode, resolve };
      });
      await this.#characteristics.CONTROL.writeValueWithResponse(profile.command(opcode, ...values));
      return reply;
    });
  }

  async #optional(service, characteristic) {
    try {
      return await (await this.#server.getPrimaryService(service)).getCharacteristic(characteristic);
    } catch (error) {
      if (error.name === "NotFoundError") return null;
      throw error;
    }
  }

  async #subscribe(characteristic, onValue) {
    characteristic.addEventListener("characteristicvaluechanged", (event) => onValue(event.target.value));
    await this.#do(() => characteristic.startNotifications());
  }

  #onReply(view) {
    const reply = profile.parseReply(view);
    if (!reply || reply.opcode !== this.#pending?.opcode) return;
    this.#pending.resolve(reply);
    this.#pending = null;
  }

  // Browsers refuse an operation while another one is in progress.
  #do(operation) {
    const result = this.#operation.catch(() => null).then(() => within(OPERATION_MS, operation()));
    this.#operation = result;
    return result;
  }
}
