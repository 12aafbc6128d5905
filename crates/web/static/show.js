// What only works with a script stays hidden without one: "Show" beside a password, "Copy" and "Print" of a code.

// "Show" beside a password: it appears only where this script runs, and says what it does next.
for (const button of document.querySelectorAll("button[data-shows]")) {
  const field = document.getElementById(button.dataset.shows);
  button.hidden = false;
  button.setAttribute("aria-controls", field.id);
  button.addEventListener("click", () => {
    const shown = field.type === "text";
    field.type = shown ? "password" : "text";
    button.textContent = shown ? "Show" : "Hide";
  });
  // A shown password is sent as a password, so that the browser offers to keep it and not to complete it.
  field.form.addEventListener("submit", () => { field.type = "password"; });
}

for (const button of document.querySelectorAll("button[data-copies]")) {
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).dataset.code);
    button.querySelector("span").textContent = "Copied";
    // Not every screen reader tells that a button's own words changed.
    button.parentElement.querySelector("[data-copied]").textContent = "The recovery code is copied";
  });
}
for (const button of document.querySelectorAll("button[data-prints]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
