importScripts("/assets/kept_page.js");

keepPage("surefoot timer", [
  "/timer/", "/timer/timer.css", "/timer/timer.js", "/timer/timeline.js", "/timer/timing.js", "/timer/signals.js",
  "/assets/theme.css", "/assets/icon.svg",
]);
