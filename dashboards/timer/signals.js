// What a change sounds and feels like. Nothing is loaded: tones are made here.

// Tones as [frequency in Hz, begin and length in seconds]; vibrations as the browser takes them, in milliseconds.
const SIGNALS = {
  soon: { tones: [[660, 0, 0.12]], buzz: [80] },
  run: { tones: [[880, 0, 0.18], [1320, 0.22, 0.3]], buzz: [200, 100, 200] },
  walk: { tones: [[440, 0, 0.6]], buzz: [600] },
  done: { tones: [[880, 0, 0.18], [880, 0.25, 0.18], [440, 0.5, 0.7]], buzz: [200, 100, 200, 100, 600] },
};
const LOUDNESS = 0.6;
let audio = null;

// Browsers let a page sound only after a tap on it.
export function wakeSound() {
  audio ??= new AudioContext();
  if (audio.state === "suspended") audio.resume();
}

export const isSilent = () => audio?.state !== "running";

export function signal(kind, { sounds, buzzes }) {
  const { tones, buzz } = SIGNALS[kind];
  if (buzzes) navigator.vibrate?.(buzz);
  if (sounds && !isSilent()) for (const tone of tones) play(...tone);
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
