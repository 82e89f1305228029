// On a phone one group of controls at a time; on a wide screen all are there and the buttons are not.

export function showTabs(tabs, page) {
  const show = (name) => {
    page.dataset.tab = name;
    for (const button of tabs.children) button.setAttribute("aria-pressed", String(button.dataset.tab === name));
  };
  tabs.addEventListener("click", ({ target }) => target.dataset.tab && show(target.dataset.tab));
  show(page.dataset.tab);
}
