// Questions and answers of the page: values as they are kept, and the words for them.

export const WHEN = { before: "before", during: "in the run", after: "after", next_morning: "next morning" };
export const ON_BONE = { yes: "On the bone", no: "Not on the bone", dont_know: "I don't know" };
export const TREND = { eased: "Eased", same: "Stayed the same", grew: "Grew" };
export const YES_NO = { yes: "Yes", no: "No" };
export const STIFFNESS_MIN = { 0: "none", 5: "5 min", 15: "15 min", 30: "30 min", 60: "1 h", 120: "longer" };
export const SURFACE = { road: "road", track: "track", treadmill: "treadmill", trail: "trail", grass: "grass", sand: "sand", mixed: "mixed" };
export const SUPPORT = { none: "nothing", brace: "brace", tape: "tape" };
export const SIGNS = {
  cannot_walk: "I cannot stand and walk four steps",
  pop_at_heel: "A pop or a kick at the heel, and no standing on tiptoe",
  deformed_or_numb: "Out of shape, or the foot is numb or cold",
  snapping: "Something snaps at the outer ankle",
  swollen_calf: "A calf is swollen and tender",
  hot_with_fever: "A hot, red joint, and fever",
};
