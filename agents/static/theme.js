// Runs before the first paint so that a chosen light or dark face does not flash. Does nothing else.
(() => {
  const chosen = localStorage.getItem("theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
})();
