/** On A4: nothing is cut that belongs together, and what is hidden on a screen is told. */
export const PRINT = `@media print{
@page{size:A4;margin:16mm 15mm 18mm}
:root{color-scheme:light;--paper:#fff}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
body{font-size:10.5pt;line-height:1.45}
main,footer{max-width:none;padding:0}
header{padding:0 0 .8rem}
h2{margin-top:1.5rem}
.finding{padding:.9rem 1.2rem}
.finding h2{font-size:1.35rem}
.finding details{font-size:9pt;line-height:1.35}
.targets{margin-top:.8rem}
.summary dl{margin-top:1rem;gap:1rem}
.summary strong{font-size:1.4rem}
h2,h3,h2+.note,caption{break-after:avoid}
figure,tr,tbody,.plain,.targets li,.summary dl,.cards li,.note,caption,.finding p,dt{break-inside:avoid}
.cards{break-before:avoid}
thead,tr.group,.facts dt{break-after:avoid}
.shown{flex-basis:18.5rem;grid-template-columns:repeat(3,minmax(0,5.6rem))}
.shown p.what,.shown dl{font-size:7.6pt}
.targets p{font-size:9.5pt}
details::details-content{content-visibility:visible;block-size:auto}
summary{list-style:none}
.finding{box-decoration-break:clone;-webkit-box-decoration-break:clone}
.cards li{font-size:7.6pt}
.cards .verdict{font-size:8.4pt}
.cards .name{font-size:6.6pt}
.cards dl{gap:0 .35rem}
thead{display:table-header-group}
.scroll{overflow:visible}
footer{display:none}
}
`;
