// Looks at the report, which is in each frame, and writes what is wrong with it into the element `found`.

const all = (of, selector) => [...of.querySelectorAll(selector)];

const found = [];
const check = (holds, ...what) => { if (!holds) found.push(what.join(' ')) };

/// A frame of this size with the report, once it is loaded.
const open = async (width, height) => {
  const frame = Object.assign(document.createElement('iframe'), { width, height, srcdoc: report });
  const loaded = new Promise(done => frame.onload = done);
  document.body.append(frame);
  await loaded;
  return frame.contentWindow;
};

/// Applies the rules for such a medium, as for dark screens or for paper.
const emulate = (page, medium) => {
  const rules = [...page.document.styleSheets].flatMap(sheet => [...sheet.cssRules]);
  const meant = rules.filter(rule => rule.media?.mediaText.includes(medium));
  check(meant.length > 0, 'no rules for', medium);
  meant.forEach(rule => rule.media.mediaText = 'all');
};

const checkPictures = (page, what) => {
  const pictures = all(page.document, 'svg');
  check(pictures.length > 10, what, pictures.length, 'pictures');
  for (const svg of pictures) {
    const [name, width] = [svg.parentElement.ariaLabel ?? '', svg.getBoundingClientRect().width];
    check(name.length > 20, what, 'a picture has no name:', name);
    check(width > 200 && svg.checkVisibility(), what, name, 'is not shown:', width);
  }
};

const looks = {
  async screens() {
    for (const [width, height] of [[1440, 900], [768, 1024], [360, 740]]) {
      for (const scheme of ['light', 'dark']) {
        const page = await open(width, height);
        const what = `${width} × ${height}, ${scheme}:`;
        if (scheme == 'dark') emulate(page, 'prefers-color-scheme: dark');
        checkPictures(page, what);
        const room = [page.document.documentElement.scrollWidth, page.innerWidth];
        check(room[0] <= room[1], what, 'the page scrolls sideways:', room);
        const paper = page.getComputedStyle(page.document.body).backgroundColor;
        check((paper == 'rgb(20, 23, 27)') == (scheme == 'dark'), what, paper);
        const requests = page.performance.getEntriesByType('resource').map(it => it.name);
        check(requests.length == 0, what, 'requests:', requests);
      }
    }
    const paper = await open(794, 1123);
    emulate(paper, 'print');
    checkPictures(paper, 'print:');
    check(!paper.document.querySelector('.filter').checkVisibility(), 'print: the filter is shown');
  },

  async first_screen() {
    const page = await open(1280, 800);
    for (const [selector, most] of [['.answer', 300], ['.machine table', 800]]) {
      const { bottom } = page.document.querySelector(selector).getBoundingClientRect();
      check(bottom < most, selector, 'ends at', bottom);
    }
  },

  async filter() {
    const page = await open(1280, 800);
    all(page.document, 'details').forEach(it => it.open = true);
    const blocking = all(page.document, '.plot g.is-blocking, tr.is-blocking');
    const others = all(page.document, '.plot g:not(.is-blocking), tr[class^=is-]:not(.is-blocking)');
    const checkShown = (parts, share, what) => {
      const shown = parts.filter(it => page.getComputedStyle(it).display != 'none').length;
      check(parts.length >= 20 && shown == share * parts.length, what, shown, 'of', parts.length, 'are shown');
    };
    checkShown(blocking, 1, 'at first:');
    page.document.querySelector('label:has(#show-blocking)').click();
    checkShown(blocking, 0, 'without blocking:');
    checkShown(others, 1, 'the others:');
    page.document.querySelector('label:has(#show-blocking)').click();
    checkShown(blocking, 1, 'again:');
  },

  // So that the silence of the others means something.
  async policy() {
    const page = await open(1280, 800);
    const refused = new Promise(done => page.document.addEventListener('securitypolicyviolation', done));
    page.document.body.append(Object.assign(page.document.createElement('img'), { src: 'http://127.0.0.1:9/cat.gif' }));
    check((await refused).blockedURI.endsWith('cat.gif'), 'another request is refused');
  },
};

looks[look]().catch(error => found.push(error)).finally(() => {
  document.body.innerHTML = `<pre id="found">${found.join('\n') || 'nothing'}</pre>`;
});
