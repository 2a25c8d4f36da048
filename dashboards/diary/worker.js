importScripts("/assets/kept_page.js");

keepPage("surefoot diary", [
  "/diary/", "/diary/diary.css", "/diary/diary.js", "/diary/body_map.js", "/diary/kept.js", "/diary/outbox.js", "/diary/words.js",
  "/assets/theme.css", "/assets/icon.svg",
]);
