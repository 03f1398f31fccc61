// Zooms into the box that is clicked, and searches: `/` or the word at the top asks for a regular expression.
(() => {
  'use strict';
  const svg = document.currentScript.closest('svg');
  const message = svg.querySelector('#message');
  const LETTERS = 12;
  const TEXT_MARGIN = 3;
  const NARROWEST = 0.3;
  const HALF_PIXEL = 0.5;
  const canvas = document.createElementNS('http://www.w3.org/1999/xhtml', 'canvas').getContext('2d');
  canvas.font = `${LETTERS}px ${getComputedStyle(svg).fontFamily}`;

  const boxes = [...svg.querySelectorAll('.box')].map((group) => {
    const rect = group.querySelector('rect');
    const at = (name) => Number(rect.getAttribute(name));
    return {
      group,
      rect,
      name: group.dataset.name,
      title: group.querySelector('title').textContent,
      x: at('x'),
      width: at('width'),
      y: at('y'),
    };
  });
  const whole = boxes[0];
  let found = '';

  function fitting(text, room) {
    if (canvas.measureText(text).width <= room) return text;
    let [low, high] = [0, text.length];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (canvas.measureText(`${text.slice(0, middle)}…`).width <= room) low = middle;
      else high = middle - 1;
    }
    return low < 2 ? '' : `${text.slice(0, low)}…`;
  }

  function label(box, x, width) {
    let text = box.group.querySelector('text');
    const written = fitting(box.name, width - 2 * TEXT_MARGIN);
    if (!written) {
      text?.remove();
      return;
    }
    if (!text) {
      text = document.createElementNS(svg.namespaceURI, 'text');
      text.setAttribute('y', box.y + 13);
      box.group.append(text);
    }
    text.setAttribute('x', x + TEXT_MARGIN);
    text.textContent = written;
  }

  // Shows a box, with its callers and callees, as wide as all.
  function zoom(to) {
    const factor = whole.width / to.width;
    for (const box of boxes) {
      const isCaller = box.y < to.y && box.x <= to.x + HALF_PIXEL * NARROWEST
        && box.x + box.width >= to.x + to.width - HALF_PIXEL * NARROWEST;
      let x = whole.x + (box.x - to.x) * factor;
      let width = box.width * factor;
      if (isCaller) [x, width] = [whole.x, whole.width];
      const end = whole.x + whole.width;
      const isShown = isCaller || (box.y >= to.y && x >= whole.x - HALF_PIXEL && x + width <= end + HALF_PIXEL);
      box.group.style.display = isShown ? '' : 'none';
      box.group.classList.toggle('dim', isCaller);
      if (!isShown) continue;
      box.rect.setAttribute('x', x);
      box.rect.setAttribute('width', width);
      label(box, x, width);
    }
    show(to === whole ? '' : to.title);
  }

  function show(text) {
    message.textContent = (text || found).replaceAll('\n', ': ');
  }

  // Marks what matches, and says what share of the width that is; what is below a match counts once.
  function search(pattern) {
    let regex;
    try {
      regex = pattern ? new RegExp(pattern, 'i') : null;
    } catch (error) {
      show(String(error.message));
      return;
    }
    let share = 0;
    const covered = [];
    for (const box of boxes) {
      const isMatch = regex !== null && box !== whole && regex.test(box.title.split('\n')[0]);
      box.group.classList.toggle('found', isMatch);
      if (isMatch) covered.push(box);
    }
    covered.sort((a, b) => a.x - b.x || b.width - a.width);
    let end = -Infinity;
    for (const box of covered) {
      const from = Math.max(box.x, end);
      const to = box.x + box.width;
      if (to > from) share += to - from;
      end = Math.max(end, to);
    }
    found = regex ? `${pattern}: ${(share / whole.width * 100).toFixed(2)}% of the width` : '';
    show('');
  }

  function ask() {
    const pattern = window.prompt('Search for a regular expression; nothing to end the search');
    if (pattern !== null) search(pattern);
  }

  function action(text, x, act) {
    const link = document.createElementNS(svg.namespaceURI, 'text');
    link.setAttribute('class', 'action');
    link.setAttribute('x', x);
    link.setAttribute('y', 20);
    link.setAttribute('text-anchor', 'end');
    link.textContent = text;
    link.addEventListener('click', act);
    svg.append(link);
  }

  for (const box of boxes) {
    // The viewer's font may be wider than the one that the text was cut for.
    label(box, box.x, box.width);
    box.group.addEventListener('click', () => zoom(box));
    box.group.addEventListener('mouseenter', () => show(box.title));
    box.group.addEventListener('mouseleave', () => show(''));
  }
  action('Search', whole.x + whole.width, ask);
  action('Reset zoom', whole.x + whole.width - 60, () => zoom(whole));
  window.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    if (event.key === '/') {
      event.preventDefault();
      ask();
    } else if (event.key === 'Escape') {
      zoom(whole);
    }
  });
})();
