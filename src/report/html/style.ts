/**
 * The style sheet of reports. Colours of data are those of Okabe and Ito (Color Universal Design, 2008), lighter in the dark where they
 * would not stand out; text keeps a contrast of 4.5 to its background (WCAG 2.2, AA), marks one of 3.
 */
export const STYLE: string = `
:root{color-scheme:light dark;--bg:#fff;--panel:#f6f7f9;--line:#d5d9e0;--text:#1a1d21;--dim:#555d68;--link:#0b5cad;--mark:#fff3cd;
--good:#00694b;--warn:#8a5200;--bad:#a83c00;--ring:#0b5cad;
--c-blue:#0072b2;--c-sky:#56b4e9;--c-green:#009e73;--c-yellow:#d8c500;--c-orange:#e69f00;--c-red:#d55e00;--c-pink:#cc79a7;--c-grey:#8b929c;--c-none:#e4e7ec}
@media (prefers-color-scheme:dark){:root{--bg:#14171b;--panel:#1d2127;--line:#3a414b;--text:#e8eaed;--dim:#a7afba;--link:#7cb8f5;--mark:#3d3413;
--good:#4cc79b;--warn:#f0b64a;--bad:#ff8f57;--ring:#7cb8f5;
--c-blue:#4aa3df;--c-sky:#8bd0f5;--c-green:#2bbd92;--c-yellow:#f0e442;--c-orange:#eaa92a;--c-red:#ee7d3a;--c-pink:#dc97bd;--c-grey:#808895;--c-none:#31373f}}
*{box-sizing:border-box}
[hidden]{display:none!important}
html{-webkit-text-size-adjust:100%}
body{margin:0 auto;max-width:70rem;padding:1rem 1.25rem 3rem;background:var(--bg);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
a{color:var(--link)}
:focus-visible{outline:2px solid var(--ring);outline-offset:2px}
.skip{position:absolute;left:-100rem}.skip:focus{left:1rem;top:.5rem;background:var(--bg);padding:.25rem .5rem}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
h1{font-size:1.6rem;line-height:1.25;margin:.25rem 0 .5rem;text-wrap:balance;overflow-wrap:anywhere}
h2{font-size:1.2rem;line-height:1.3;margin:2.25rem 0 .5rem;padding-top:.75rem;border-top:1px solid var(--line)}
h3{font-size:1rem;margin:1.25rem 0 .35rem}
h4{font-size:.9rem;margin:0}
p{margin:.4rem 0;max-width:75ch}
.dim,.over{color:var(--dim)}
.over{margin:0;max-width:none;overflow-wrap:anywhere}
.badge{display:inline-block;font-weight:600;border:1.5px solid currentColor;border-radius:99px;padding:.05rem .7rem;margin-right:.5rem}
.good{color:var(--good)}.warn{color:var(--warn)}.bad{color:var(--bad)}
nav ul{display:flex;flex-wrap:wrap;gap:.15rem 1.1rem;list-style:none;margin:1rem 0 0;padding:0;font-size:.9rem}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(10.5rem,1fr));gap:.6rem;margin:1rem 0}
.tiles>div{background:var(--panel);border-radius:8px;padding:.55rem .8rem}
.tiles dt{color:var(--dim);font-size:.82rem}
.tiles dd{margin:0}
.tiles dd.big{font-size:1.35rem;font-weight:650;line-height:1.3;font-variant-numeric:tabular-nums}
.tiles dd.note{font-size:.82rem;color:var(--dim)}
.pairs{display:grid;gap:.2rem;margin:.5rem 0}
.pairs>div{display:grid;grid-template-columns:10rem 1fr;gap:0 1rem}
.pairs dt{color:var(--dim)}
.pairs dd{margin:0;grid-column:2;overflow-wrap:anywhere}
ul.plain{margin:.4rem 0;padding-left:1.2rem}
ul.plain li{max-width:75ch;overflow-wrap:anywhere}
details{margin:.6rem 0}summary{cursor:pointer}
.scroll{position:relative;overflow:auto;max-width:100%;margin:.5rem 0;border:1px solid var(--line);border-radius:6px}
.long{max-height:26rem}
table{border-collapse:collapse;width:100%;font-size:.86rem;line-height:1.4}
caption{text-align:left;color:var(--dim);padding:.4rem .6rem;position:sticky;left:0}
th,td{padding:.28rem .5rem;text-align:left;vertical-align:top;border-top:1px solid var(--line);font-variant-numeric:tabular-nums}
th,td{white-space:nowrap}
td.number,th.number{text-align:right}
td.flow,th.flow{white-space:normal;min-width:11rem;overflow-wrap:anywhere}
td.flow.far{min-width:28rem}
tbody th{font-weight:500}
thead th{color:var(--dim);font-weight:600;white-space:nowrap;background:var(--panel)}
.long thead th{position:sticky;top:0;z-index:1}
th button{all:unset;cursor:pointer;color:inherit;text-decoration:underline dotted 1px;text-underline-offset:3px}
th button:focus-visible{outline:2px solid var(--ring)}
th[aria-sort=ascending] button::after{content:" ↑"}
th[aria-sort=descending] button::after{content:" ↓"}
tr.marked{background:var(--panel)}tr.marked>*{font-weight:650}
tr.hit>*{background:var(--mark)}
.chart{margin:.5rem 0}
.chart svg.plot{display:block;width:100%;height:auto;font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow:visible}
.narrow{display:none}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(19rem,1fr));gap:1rem;align-items:end}
.pair>*{min-width:0}
.point{cursor:pointer;stroke-width:1.75}
.point:focus{outline:none}
.point:focus,.point.hit{stroke:var(--text);stroke-width:3}
.point[aria-pressed=true]{stroke:var(--text);stroke-width:4}
.hollow{fill-opacity:0}
.pair .point{fill-opacity:.75}.point.best{stroke:var(--text)}
.legend{display:flex;flex-wrap:wrap;gap:.15rem 1rem;list-style:none;padding:0;margin:.35rem 0;font-size:.86rem}
.legend svg{vertical-align:-1px;margin-right:.35rem}
.blue{color:var(--c-blue);fill:var(--c-blue)}.sky{color:var(--c-sky);fill:var(--c-sky)}.green{color:var(--c-green);fill:var(--c-green)}.yellow{color:var(--c-yellow);fill:var(--c-yellow)}
.orange{color:var(--c-orange);fill:var(--c-orange)}.red{color:var(--c-red);fill:var(--c-red)}.pink{color:var(--c-pink);fill:var(--c-pink)}.grey{color:var(--c-grey);fill:var(--c-grey)}.none{color:var(--c-none);fill:var(--c-none)}
.pipeline{list-style:none;margin:.75rem 0;padding:0}
.node{border:1.5px solid var(--line);border-radius:10px;padding:.6rem .8rem .7rem;background:var(--panel)}
.node h3{margin:0 0 .1rem;font-size:1rem;overflow-wrap:anywhere}
.node>p{margin:0 0 .4rem;font-size:.86rem}
.stages{list-style:none;margin:0;padding:0}
.stage{background:var(--bg);border:1px solid var(--line);border-radius:8px;padding:.5rem .7rem;display:grid;grid-template-columns:minmax(13rem,1fr) 2fr;gap:.3rem 1.2rem}
.stage h4{font-size:.95rem}
.stage p{margin:0;font-size:.86rem}
.stage.limits{border-color:var(--c-red);border-width:2px}
.gpus{display:flex;flex-wrap:wrap;gap:3px;list-style:none;margin:.3rem 0 0;padding:0}
.gpus li{min-width:1.5rem;text-align:center;border-radius:4px;border:1px solid var(--line);font-size:.75rem;color:var(--dim);padding:0 .2rem}
.gpus li.used{background:var(--text);color:var(--bg);border-color:var(--text);font-weight:600}
.bar{display:block;height:16px;border-radius:3px;margin:.1rem 0 .35rem}
.bar rect{stroke:var(--bg);stroke-width:1}
.link{display:block;list-style:none;text-align:center;font-size:.86rem;padding:.3rem;color:var(--dim);margin:0}
.link.limits{color:var(--bad);font-weight:600}
.ranges{display:grid;grid-template-columns:repeat(auto-fit,minmax(16rem,1fr));gap:1rem 2rem;margin:.6rem 0}
.range svg{display:block;overflow:visible}
.range p{font-size:.86rem;margin:0}
.axis{stroke:var(--line)}
.interval{stroke:var(--c-blue);stroke-width:5;stroke-linecap:round;opacity:.55}
.value{fill:var(--c-blue);stroke:var(--bg);stroke-width:1.5}
.limit{stroke:var(--c-red);stroke-width:2;stroke-dasharray:4 3}
pre{background:var(--panel);border-radius:6px;padding:.6rem .8rem;overflow-x:auto;font:.86rem/1.5 ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre-wrap;overflow-wrap:anywhere;margin:.4rem 0}
.button,select{font:inherit;color:var(--text);background:var(--panel);border:1px solid var(--dim);border-radius:6px;padding:.2rem .7rem;cursor:pointer;max-width:100%}
.filters{display:flex;flex-wrap:wrap;gap:.4rem 1rem;align-items:end;margin:.6rem 0}
.filters label{display:grid;font-size:.82rem;color:var(--dim)}
#tip{position:fixed;z-index:9;max-width:min(24rem,calc(100vw - 16px));background:var(--bg);color:var(--text);border:1px solid var(--dim);border-radius:8px;box-shadow:0 3px 14px rgb(0 0 0/.25);padding:.45rem .65rem;font-size:.84rem;pointer-events:none}
#tip b{display:block;overflow-wrap:anywhere}
#tip dl{display:grid;grid-template-columns:auto 1fr;gap:0 .7rem;margin:.15rem 0 0}
#tip dt{color:var(--dim)}#tip dd{margin:0;overflow-wrap:anywhere}
footer{margin-top:2.5rem;border-top:1px solid var(--line);color:var(--dim);font-size:.84rem}
@media (max-width:640px){body{padding:.75rem .8rem 2rem;font-size:14.5px}h1{font-size:1.3rem}.wide{display:none}.narrow{display:block}
.stage{grid-template-columns:1fr}.pairs>div{grid-template-columns:1fr}.pairs dd{grid-column:1}.tiles{grid-template-columns:repeat(auto-fit,minmax(8.5rem,1fr))}
.ranges,.pair{grid-template-columns:1fr}td.flow,th.flow{min-width:24rem}tbody th{white-space:normal;min-width:7rem;overflow-wrap:anywhere}}
@media print{@page{size:A4;margin:14mm}
:root{color-scheme:light;--bg:#fff;--panel:#f6f7f9;--line:#c3c8d0;--text:#000;--dim:#444;--link:#000;--mark:#fff;--good:#00694b;--warn:#8a5200;--bad:#a83c00;
--c-blue:#0072b2;--c-sky:#56b4e9;--c-green:#009e73;--c-yellow:#d8c500;--c-orange:#e69f00;--c-red:#d55e00;--c-pink:#cc79a7;--c-grey:#8b929c;--c-none:#e4e7ec}
body{max-width:none;padding:0;font-size:10pt}nav,.skip,.button,.filters,#tip{display:none!important}
.tiles{grid-template-columns:repeat(5,1fr);gap:.4rem}.tiles>div{padding:.35rem .5rem}.tiles dd.big{font-size:12.5pt}
.wide{display:block}.narrow{display:none}
h1{font-size:16pt}h2{font-size:12.5pt;margin-top:1rem}h2,h3,h4,caption{break-after:avoid}
.scroll,.long{overflow:visible;max-height:none;border:0}.long thead th{position:static}
table{font-size:8pt}th,td{padding:.15rem .3rem;white-space:normal}td.number{white-space:nowrap}td.flow,th.flow,td.flow.far{min-width:0}
details::details-content{content-visibility:visible;display:block}thead{display:table-header-group}
tr,.node,.stage,.tiles>div,.range,.chart,figure,.pairs>div{break-inside:avoid}
th button{text-decoration:none}th button::after{content:""!important}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
@media (prefers-reduced-motion:no-preference){html{scroll-behavior:smooth}}
`;
