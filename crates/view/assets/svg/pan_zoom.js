// Moves and zooms the drawing: drag, wheel, pinch, and the keys + - 0 and arrows.
(() => {
  'use strict';
  const svg = document.currentScript.closest('svg');
  const whole = svg.viewBox.baseVal;
  const start = { x: whole.x, y: whole.y, width: whole.width, height: whole.height };
  const pointers = new Map();
  const WHEEL = 0.0015;
  const KEY_ZOOM = 1.25;
  const KEY_STEP = 0.1;

  const scale = () => svg.getScreenCTM().a;
  const place = (x, y) => new DOMPoint(x, y).matrixTransform(svg.getScreenCTM().inverse());

  function move(dx, dy) {
    whole.x -= dx;
    whole.y -= dy;
  }

  // Zooms so that the place under a point of the window stays there.
  function zoom(factor, x, y) {
    const least = Math.min(start.width, start.height) / 200;
    const width = Math.min(Math.max(whole.width / factor, least), start.width * 4);
    const by = width / whole.width;
    const fixed = place(x, y);
    whole.x = fixed.x - (fixed.x - whole.x) * by;
    whole.y = fixed.y - (fixed.y - whole.y) * by;
    whole.width *= by;
    whole.height *= by;
  }

  function reset() {
    Object.assign(whole, start);
  }

  svg.addEventListener('wheel', (event) => {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    zoom(Math.exp(-event.deltaY * lines * WHEEL), event.clientX, event.clientY);
  }, { passive: false });

  svg.addEventListener('pointerdown', (event) => {
    pointers.set(event.pointerId, event);
  });

  svg.addEventListener('pointermove', (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    if (!svg.hasPointerCapture(event.pointerId)) svg.setPointerCapture(event.pointerId);
    const other = [...pointers.values()].find((known) => known.pointerId !== event.pointerId);
    if (other) {
      const gap = (p) => Math.hypot(p.clientX - other.clientX, p.clientY - other.clientY);
      const middle = [(event.clientX + other.clientX) / 2, (event.clientY + other.clientY) / 2];
      if (gap(before) > 0) zoom(gap(event) / gap(before), ...middle);
    }
    const share = scale() * pointers.size;
    move((event.clientX - before.clientX) / share, (event.clientY - before.clientY) / share);
    pointers.set(event.pointerId, event);
  });

  for (const end of ['pointerup', 'pointercancel']) {
    svg.addEventListener(end, (event) => pointers.delete(event.pointerId));
  }

  window.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const middle = [window.innerWidth / 2, window.innerHeight / 2];
    const step = whole.width * KEY_STEP;
    const actions = {
      '+': () => zoom(KEY_ZOOM, ...middle),
      '=': () => zoom(KEY_ZOOM, ...middle),
      '-': () => zoom(1 / KEY_ZOOM, ...middle),
      '0': reset,
      ArrowLeft: () => move(step, 0),
      ArrowRight: () => move(-step, 0),
      ArrowUp: () => move(0, step),
      ArrowDown: () => move(0, -step),
    };
    const action = actions[event.key];
    if (action) {
      event.preventDefault();
      action();
    }
  });

  svg.style.cursor = 'grab';
  svg.style.touchAction = 'none';
})();
