// The page: sends chosen pictures to the service that it came from, and shows what it answers. No other host is asked.
const at = (id) => document.getElementById(id);
const MOST_AT_ONCE = 16;
const RATES = [0.005, 0.01, 0.02, 0.05];
/** @type {Record<string, any>} */
let models = {};
/** @type {{ name: string, answer?: any, error?: any, model: string, alpha: number }[]} */
let told = [];

class Refused extends Error {}

async function ask(path, init = {}) {
  const token = at('token').value.trim();
  const headers = token ? { ...init.headers, authorization: `Bearer ${token}` } : init.headers;
  const response = await fetch(path, { ...init, headers });
  const body = await response.json().catch(() => ({}));
  if (response.ok) return body;
  if (response.status === 401) at('token-field').hidden = false;
  throw new Refused(body.detail ?? body.title ?? `The service answered ${response.status}.`);
}

function say(text, isError = false) {
  at('status').textContent = text;
  at('status').className = isError ? 'error' : '';
}

async function start() {
  try {
    const { models: names } = await ask('v1/models');
    models = {};
    for (const name of names) models[name] = undefined;
    at('model').replaceChildren(...names.map((name) => new Option(name, name)));
    await choose();
    say('');
  } catch (error) {
    say(error.message, true);
  }
}

async function choose() {
  const name = at('model').value;
  if (!name) return;
  models[name] ??= await ask(`v1/models/${encodeURIComponent(name)}`);
  const { alpha, alphas, classes, measured, method } = models[name];
  const usable = alphas ? RATES.filter((rate) => rate >= alphas.least && rate <= alphas.most) : [];
  const rates = [...new Set([...usable, alpha])].sort((a, b) => a - b);
  at('alpha').replaceChildren(
    ...rates.map((rate) => new Option(percent(rate), rate, rate === alpha, rate === alpha)),
  );
  at('alpha').disabled = rates.length < 2;
  const kept = measured
    ? ` On clean pictures: right ${percent(measured.accuracy)}, before the repair ${percent(measured.accuracyBefore)}.`
    : '';
  at('about').textContent = `${classes} classes, repaired by ${method ?? 'an unknown method'}.${kept}`;
}

const percent = (share) => `${Number((100 * share).toFixed(1))} %`;

async function send(files) {
  const pictures = [...files];
  if (pictures.length === 0) return;
  const model = at('model').value;
  const alpha = Number(at('alpha').value);
  const query = models[model]?.alphas ? `?alpha=${alpha}` : '';
  at('results').hidden = false;
  for (let start = 0; start < pictures.length; start += MOST_AT_ONCE) {
    const batch = pictures.slice(start, start + MOST_AT_ONCE);
    say(`Asking: ${start} of ${pictures.length} done`);
    const form = new FormData();
    for (const file of batch) form.append('images', file, file.name);
    try {
      const path = `v1/models/${encodeURIComponent(model)}/classify${query}`;
      const { results } = await ask(path, { method: 'POST', body: form });
      for (const [i, answer] of results.entries()) show(batch[i], answer, model, alpha);
    } catch (error) {
      say(error instanceof Refused ? error.message : 'The service can’t be reached.', true);
      summarise();
      return;
    }
  }
  say(pictures.length === 1 ? 'One picture answered.' : `${pictures.length} pictures answered.`);
  summarise();
}

function show(file, answer, model, alpha) {
  const { error } = answer;
  told.push({ name: file.name, answer: error ? undefined : answer, error, model, alpha });
  const row = document.createElement('tr');
  row.className = error ? 'failed' : answer.backdoored ? 'flagged' : 'clean';
  const picture = document.createElement('th');
  picture.scope = 'row';
  const box = document.createElement('span');
  box.className = 'picture';
  if (!error) {
    const image = document.createElement('img');
    image.src = URL.createObjectURL(file);
    image.alt = '';
    image.addEventListener('load', () => URL.revokeObjectURL(image.src), { once: true });
    box.append(image);
  }
  box.append(file.name);
  picture.append(box);
  row.append(picture);
  if (error) {
    const cell = document.createElement('td');
    cell.colSpan = 4;
    cell.append(strong('Not answered'), small(error.detail ?? error.title));
    row.append(cell);
  } else {
    row.append(
      tell('GoodNet', strong(answer.backdoored ? 'Backdoored' : nameOf(answer.class, model))),
      tell('The net', nameOf(answer.bad.class, model), small(`sure by ${percent(answer.bad.probability)}`)),
      tell(
        'Repaired',
        nameOf(answer.repaired.class, model),
        small(`sure by ${percent(answer.repaired.probability)}`),
      ),
      tell('Suspicion', meter(answer.pValue, alpha), small(rarity(answer.pValue))),
    );
  }
  at('rows').prepend(row);
}

const rarity = (p) =>
  p >= 0.1 ? `${percent(p)} of clean pictures` : `1 in ${Math.round(1 / p)} clean pictures`;

/** Full where the picture is as suspicious as can be told; the mark lies at the false-alarm rate. */
function meter(pValue, alpha) {
  const scale = document.createElement('meter');
  const reach = 4;
  const level = (p) => Math.min(1, -Math.log10(p) / reach);
  scale.min = 0;
  scale.max = 1;
  scale.low = level(Math.min(1, alpha * 5));
  scale.high = level(alpha);
  scale.optimum = 0;
  scale.value = level(pValue);
  scale.title = `p-value ${pValue.toPrecision(2)}; flagged up to ${alpha}`;
  scale.setAttribute('aria-label', scale.title);
  return scale;
}

function tell(what, ...content) {
  const cell = document.createElement('td');
  cell.dataset.what = what;
  cell.append(...content);
  return cell;
}

function strong(text) {
  const made = document.createElement('span');
  made.className = 'verdict';
  made.textContent = text;
  return made;
}

function small(text) {
  const made = document.createElement('span');
  made.className = 'small';
  made.textContent = text;
  return made;
}

function nameOf(answer, model) {
  const { classes, classNames } = models[model];
  return answer === classes ? 'Backdoored' : (classNames?.[answer] ?? `Class ${answer}`);
}

function summarise() {
  const flagged = told.filter(({ answer }) => answer?.backdoored).length;
  const failed = told.filter(({ error }) => error).length;
  const parts = [`${told.length} ${told.length === 1 ? 'picture' : 'pictures'}`, `${flagged} backdoored`];
  if (failed > 0) parts.push(`${failed} not answered`);
  at('summary').textContent = parts.join(', ');
}

function csv() {
  const quote = (value) => (/[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
  // A cell that begins like a formula would be run as one by a spreadsheet.
  const safe = (value) => quote(/^[=+\-@\t]/.test(value) ? `'${value}` : value);
  const head = 'picture,model,alpha,class,backdoored,p_value,suspicion,bad_class,repaired_class,error';
  const lines = told.map(({ name, model, alpha, answer, error }) =>
    [
      safe(name),
      safe(model),
      alpha,
      ...(answer
        ? [
            answer.class,
            answer.backdoored,
            answer.pValue,
            answer.suspicion,
            answer.bad.class,
            answer.repaired.class,
            '',
          ]
        : ['', '', '', '', '', '', safe(error.title)]),
    ].join(','),
  );
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([`${[head, ...lines].join('\r\n')}\r\n`], { type: 'text/csv' }));
  link.download = 'goodnet.csv';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

at('files').addEventListener('change', (event) => {
  void send(event.target.files).then(() => {
    event.target.value = '';
  });
});
at('model').addEventListener('change', () => void choose().catch((error) => say(error.message, true)));
at('token').addEventListener('change', () => void start());
at('csv').addEventListener('click', csv);
at('clear').addEventListener('click', () => {
  told = [];
  at('rows').replaceChildren();
  at('results').hidden = true;
  say('');
});
const drop = at('drop');
for (const type of ['dragenter', 'dragover']) {
  drop.addEventListener(type, (event) => {
    event.preventDefault();
    drop.classList.add('over');
  });
}
drop.addEventListener('dragleave', () => drop.classList.remove('over'));
drop.addEventListener('drop', (event) => {
  event.preventDefault();
  drop.classList.remove('over');
  void send(event.dataTransfer.files);
});
void start();
