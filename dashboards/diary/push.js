// Messages to this browser by Web Push, which needs https, or the computer itself.

export const canPush = () => "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;

const manager = async () => (await navigator.serviceWorker.ready).pushManager;

export const subscribed = async () => (await manager()).getSubscription();

// The browser asks whoever holds the phone; an error where they, or it, will not.
export async function subscribe(key) {
  if ((await Notification.requestPermission()) !== "granted") throw new Error("This browser does not allow messages from here.");
  return (await manager()).subscribe({ userVisibleOnly: true, applicationServerKey: bytes(key) });
}

// What the service needs to know of a browser.
export async function entry(subscription) {
  const { endpoint, keys } = subscription.toJSON();
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint));
  const id = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, "0")).join("").slice(0, 24);
  return { id, endpoint, p256dh: keys.p256dh, auth: keys.auth };
}

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
