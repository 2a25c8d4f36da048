importScripts("/assets/kept_page.js");

keepPage("surefoot phone", [
  "/phone/", "/phone/phone.css", "/phone/page.js", "/phone/clock.js", "/phone/cues.js", "/phone/frames.js", "/phone/heard.js",
  "/phone/journal.js", "/phone/link.js", "/phone/pod.js", "/phone/profile.js", "/phone/recording.js", "/phone/timed.js", "/phone/upload.js",
  "/phone/phone.webmanifest", "/timer/signals.js", "/timer/timeline.js", "/timer/timing.js", "/assets/theme.css", "/assets/icon.svg",
]);
