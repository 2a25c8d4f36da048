// What a change sounds and feels like. Nothing is loaded: tones are made here.

// Tones as [frequency in Hz, begin and length in seconds]; vibrations as the browser takes them, in milliseconds.
const SIGNALS = {
  soon: { tones: [[660, 0, 0.12]], buzz: [80] },
  run: { tones: [[880, 0, 0.18], [1320, 0.22, 0.3]], buzz: [200, 100, 200] },
  walk: { tones: [[440, 0, 0.6]], buzz: [600] },
  done: { tones: [[880, 0, 0.18], [880, 0.25, 0.18], [440, 0.5, 0.7]], buzz: [200, 100, 200, 100, 600] },
};
const LOUDNESS = 0.6;
const MAX_LATE_MS = 2000;
let audio = null;
let waking = null; // until tones can be heard

// Browsers let a page sound only after a tap on it: some from its begin on, some from its end.
for (const event of ["pointerdown", "pointerup", "keydown"]) document.addEventListener(event, wakeSound);

function wakeSound() {
  audio ??= new AudioContext();
  waking = audio.resume();
}

export const isSilent = () => audio?.state !== "running";

export function signal(kind, { sounds, buzzes }) {
  const { tones, buzz } = SIGNALS[kind];
  if (buzzes) navigator.vibrate?.(buzz);
  const dueMs = performance.now();
  if (sounds) waking?.then(() => performance.now() - dueMs < MAX_LATE_MS && tones.forEach((tone) => play(...tone)));
}

function play(frequency, beginS, lengthS) {
  const [oscillator, loudness] = [audio.createOscillator(), audio.createGain()];
  const atS = audio.currentTime + beginS;
  oscillator.frequency.value = frequency;
  loudness.gain.setValueAtTime(LOUDNESS, atS);
  loudness.gain.exponentialRampToValueAtTime(0.001, atS + lengthS); // a tone that is cut off would click
  oscillator.connect(loudness).connect(audio.destination);
  oscillator.start(atS);
  oscillator.stop(atS + lengthS);
}
