importScripts("/assets/kept_page.js");

keepPage("surefoot diary", [
  "/diary/", "/diary/diary.css", "/diary/diary.js", "/diary/body_map.js", "/diary/kept.js", "/diary/outbox.js", "/diary/push.js", "/diary/words.js",
  "/assets/theme.css", "/assets/icon.svg",
]);

// A message by Web Push: what it says, and where it leads.
self.addEventListener("push", (event) => {
  const { title, body, url, tag } = event.data.json();
  event.waitUntil(self.registration.showNotification(title, { body, tag, icon: "/assets/icon.svg", data: url || "/diary/" }));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data));
});
