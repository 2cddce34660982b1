import { make } from './elements';

/**
 * How suspicious a picture is, on a line from not at all to as much as can be told, with a mark where it is flagged.
 * @param least the least p-value that the model's calibration images can tell
 */
export function scale(pValue: number, alpha: number, least: number): HTMLElement {
  const level = (p: number) => `${Math.min(1, Math.log(Math.max(p, least)) / Math.log(least)) * 100}%`;
  const made = make('div', 'scale', make('span', 'level'), make('span', 'mark'));
  made.style.setProperty('--level', level(pValue));
  made.style.setProperty('--mark', level(alpha));
  made.title = `p-value ${pValue.toPrecision(2)}; flagged at ${alpha} or less`;
  made.role = 'img';
  made.ariaLabel = made.title;
  return made;
}
