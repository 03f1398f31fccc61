// Sets the colours before the page is drawn: light, dark, or as the system has it.
const theme = localStorage.getItem("theme");
if (theme === "light" || theme === "dark") {
  document.documentElement.dataset.theme = theme;
}
