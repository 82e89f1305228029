// Printing from the page itself; without this the browser's own menu does it.

const button = document.getElementById("print");
button.hidden = false;
button.addEventListener("click", () => window.print());
