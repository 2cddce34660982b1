import { SERIES } from './figures/detection';
import { DARK, LIGHT } from './style/colours';
import { PRINT } from './style/print';

const series = (draw: (n: number) => string) =>
  Array.from({ length: SERIES }, (_, i) => draw(i + 1)).join('\n');

/** The report's whole style sheet: light and dark, narrow screens, and A4. */
export const STYLE = `
:root{color-scheme:light dark;${LIGHT}}
@media screen and (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Noto Sans","Liberation Sans",Arial,sans-serif;
overflow-wrap:anywhere}
main,footer{max-width:51rem;margin:0 auto;padding:0 1.25rem}
header{padding:3rem 0 1.5rem}
h1{font-size:2.1rem;line-height:1.15;letter-spacing:-.02em;margin:0 0 .35rem;font-weight:650}
h2{font-size:1.35rem;line-height:1.25;letter-spacing:-.01em;margin:3.25rem 0 .9rem;font-weight:650}
h3{font-size:1rem;margin:1.75rem 0 .6rem;font-weight:650}
p{margin:.4rem 0}
.overline{font-size:.8rem;letter-spacing:.04em;color:var(--muted);margin:0 0 .5rem}
.note,.count,.interval,figcaption,caption,footer{color:var(--muted)}
.note,figcaption,caption{font-size:.88rem;line-height:1.5}
.count,.name{font-weight:400}
.count{font-size:.88rem;margin-left:.35em}

.finding{border:1px solid var(--line);border-left:5px solid var(--muted);border-radius:8px;background:var(--card);
padding:1.4rem 1.6rem}
.finding+.finding{margin-top:1.5rem}
.finding h2{margin:0 0 .35rem;font-size:1.7rem;letter-spacing:-.015em}
.finding.none{border-left-color:var(--line);padding:1rem 1.25rem}
.finding.none h2{font-size:1.05rem;letter-spacing:0}
.finding.none p{color:var(--muted);font-size:.94rem}
.finding.backdoored{border-color:var(--wrong);background:var(--wrong-tint)}
.finding.backdoored h2{color:var(--wrong)}
.finding .beside{font-weight:650;margin-top:0}
.finding details{margin:.5rem 0;font-size:.92rem}
summary{cursor:pointer;color:var(--muted)}
.todo,.missed-kinds{font-size:.95rem}
.missed-kinds{margin:.3rem 0 0;padding-left:1.2rem}
.targets{list-style:none;margin:1.2rem 0 0;padding:0;display:grid;gap:1.5rem;
grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr))}
.targets h3{margin:0 0 .5rem;font-size:1.05rem}
.targets p{font-size:.92rem;line-height:1.45}
.evidence{display:flex;flex-wrap:wrap;gap:.8rem 1.2rem}
.said{flex:1 1 14rem}
.shown{flex:0 1 27.8rem;display:grid;grid-template-columns:repeat(3,minmax(0,8.6rem));gap:1rem}
.shown img{display:block;width:100%;height:auto;border:1px solid var(--line);border-radius:4px}
.shown .what{font-size:.8rem;line-height:1.35;margin:.3rem 0 .1rem;color:var(--muted)}
.shown dl{font-size:.8rem;line-height:1.35;margin:0}
.shown dt,.shown dd{display:inline}
.shown dt{color:var(--muted)}
.shown dd{margin:0;font-weight:650}
.mark{font-weight:650}
.mark.above{color:var(--wrong)}
.mark.below{color:var(--odd)}
td .mark,.summary .mark{display:block;font-size:.8rem;line-height:1.3}

.summary dl{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:1.25rem 1.5rem;margin:1.75rem 0 0}
.summary dt{font-size:.88rem;color:var(--muted)}
.summary dd{margin:.1rem 0 0}
.summary strong{font-size:1.75rem;font-weight:650;letter-spacing:-.02em;font-variant-numeric:tabular-nums;white-space:nowrap}
.summary .interval{display:block;font-size:.85rem;line-height:1.35}
.summary .note{display:block;font-size:.82rem;line-height:1.4}

.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;padding-bottom:.6rem}
th{font-weight:400;text-align:left}
td,thead th{text-align:right}
thead th:first-child,.left,thead th.left{text-align:left}
thead th,thead td{font-weight:600;font-size:.88rem;border-bottom:1.5px solid var(--ink);vertical-align:bottom}
td,th{padding:.42rem .6rem;vertical-align:top}
td:first-child,th:first-child{padding-left:0}
tr>:last-child{padding-right:.35rem}
tbody tr{border-bottom:1px solid var(--line)}
.figures .group{border-bottom:0}
.figures th{overflow-wrap:normal}
.figures .group th{overflow-wrap:anywhere;padding-top:1.15rem;padding-bottom:.2rem;font-weight:600}
.figures .value,.figures td .interval{display:block;white-space:nowrap}
.figures td .interval{font-size:.8rem;line-height:1.3}
.figures .main .value,thead .main{font-weight:700}
.plain{font-size:.92rem;margin:1.25rem 0}
thead th{overflow-wrap:normal}
.plain .set{min-width:4.6rem;overflow-wrap:anywhere}
.plain th[scope=row]{min-width:6.2rem}
.plain.alphas th[scope=row]{min-width:0}
.plain td:not(.left),.alphas th[scope=row]{white-space:nowrap}
.plain .chosen{background:var(--card);font-weight:600}
.plain .chosen th{font-weight:600}

figure{margin:0 0 1.5rem}
figcaption{margin-top:.35rem;max-width:44rem}
.plot{display:block;width:100%;height:auto;overflow:visible}
.plot text{white-space:pre;font-family:inherit}
.narrow{display:none}
.key{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.4rem;margin:0 0 .5rem;padding:0;font-size:.88rem}
.key li::before{content:"";display:inline-block;width:1.5rem;height:0;border-top:3px solid;margin-right:.5rem;vertical-align:middle}
${series((n) => `.series-${n}::before{border-top-color:var(--series-${n})!important}`)}
.series-2::before{border-top-style:dashed!important}.series-3::before{border-top-style:dotted!important}
.series-4::before{border-top-style:dashed!important}.series-5::before{border-top-style:dashed!important}
.series-6::before{border-top-style:dotted!important}
.key .net-before::before,.key .net-repaired::before,.key .net-after::before{width:.7rem;height:.7rem;border:0;border-radius:2px;margin-right:.4rem}
.key .net-before::before{background:var(--before)}
.key .net-repaired::before{background:var(--repaired)}
.key .net-after::before{background:var(--after)}

.cards{list-style:none;margin:.8rem 0 0;padding:0;display:grid;gap:1rem .9rem;grid-template-columns:repeat(5,minmax(0,1fr))}
.cards li{font-size:.78rem;line-height:1.4}
.pixels{image-rendering:pixelated}
.cards img{display:block;width:100%;height:auto;border-radius:4px;background:var(--card)}
.cards .both{display:grid;gap:.3rem}
.cards .verdict{margin:.35rem 0 .1rem;font-weight:650;font-size:.86rem}
.cards dl{display:grid;grid-template-columns:auto 1fr;gap:0 .45rem;margin:0;font-variant-numeric:tabular-nums}
.cards dt{color:var(--muted)}
.cards dd{margin:0}
.cards .name{color:var(--muted);font-size:.72rem;margin:.15rem 0 0}
.cards dd,.cards .verdict,.cards .name{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:3;overflow:hidden}
.alarm .verdict,.wrong .verdict,.missed .verdict{color:var(--wrong)}
.right .verdict,.found .verdict{color:var(--well)}
.missed .harmless{color:var(--ink)}

.facts{display:grid;grid-template-columns:minmax(8rem,auto) 1fr;gap:.3rem 1.4rem;font-size:.92rem;margin:.5rem 0 1.5rem}
.facts dt{color:var(--muted)}
.facts dd{margin:0}
footer{padding-top:2.5rem;padding-bottom:3rem;font-size:.85rem}

@media screen and (max-width:42rem){
header{padding-top:1.75rem}
h1{font-size:1.7rem}
.finding{padding:1.1rem 1.1rem}
.finding h2{font-size:1.35rem}
.shown{gap:.6rem}
.summary dl{grid-template-columns:1fr 1fr}
.summary strong{font-size:1.45rem;display:block}
.wide{display:none}
.narrow{display:block}
.cards{grid-template-columns:1fr}
.cards li{display:grid;grid-template-columns:6rem minmax(0,1fr);gap:.8rem;align-items:start;font-size:.85rem}
.cards .verdict{margin-top:0}
.cards .name{font-size:.8rem}
.facts{grid-template-columns:1fr;gap:0}
.facts dd{margin-bottom:.55rem}
td,th{padding-left:.35rem;padding-right:.35rem}
}

${PRINT}`;
