/** The page's only style sheet: no font, image or script from anywhere else. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#f4f5f2;--card:#fff;--text:#1b201d;--soft:#667069;--line:#e2e5df;--ok:#23855a;--ok-soft:#e2f2e9;
--primary:#2f5fd0;--primary-soft:#e6edfc;--warning:#a76a00;--warning-soft:#fdf1d9;--critical:#c4312f;--critical-soft:#fde7e5;--shadow:0 1px 2px rgb(20 30 25/.06),0 6px 20px rgb(20 30 25/.05)}
@media(prefers-color-scheme:dark){:root{--bg:#101412;--card:#191f1c;--text:#e8ece9;--soft:#93a098;--line:#2a322d;--ok:#4cc08a;--ok-soft:#16301f;
--primary:#86a8ff;--primary-soft:#1b2744;--warning:#e9b250;--warning-soft:#33270f;--critical:#ff7f78;--critical-soft:#3a1a19;--shadow:none}}
*{box-sizing:border-box;margin:0}
body{background:var(--bg);color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif;font-variant-numeric:tabular-nums;
-webkit-text-size-adjust:100%}
main{max-width:1080px;margin:0 auto;padding:clamp(16px,4vw,44px) clamp(14px,4vw,32px) 28px}
header{display:flex;align-items:center;gap:16px;margin-bottom:24px}
header .lamp{flex:none;width:46px;height:46px;border-radius:50%;display:grid;place-items:center;background:var(--ok-soft);color:var(--ok)}
header.warning .lamp{background:var(--warning-soft);color:var(--warning)}header.critical .lamp{background:var(--critical-soft);color:var(--critical)}
.lamp svg{width:24px;height:24px;fill:none;stroke:currentColor;stroke-width:2.4;stroke-linecap:round;stroke-linejoin:round}
h1{font-size:clamp(21px,4.4vw,28px);line-height:1.2;letter-spacing:-.015em;font-weight:650}
header p,h2+p{color:var(--soft)}
h2{font-size:13px;font-weight:650;letter-spacing:.06em;text-transform:uppercase;color:var(--soft);margin:32px 0 12px}
.warnings{list-style:none;padding:0;display:grid;gap:8px}
.warnings li{display:grid;grid-template-columns:5.5em 1fr;gap:2px 14px;padding:11px 16px;border-radius:12px;background:var(--warning-soft)}
.warnings li.critical{background:var(--critical-soft)}
.warnings b{color:var(--warning);font-weight:650}.warnings li.critical b{color:var(--critical)}
.nodes{display:grid;gap:16px;grid-template-columns:repeat(auto-fit,minmax(min(100%,290px),1fr))}
.card{background:var(--card);border-radius:18px;padding:20px;box-shadow:var(--shadow);border:1px solid var(--line);min-width:0}
.node{display:flex;flex-direction:column}
.node .top{display:flex;align-items:baseline;justify-content:space-between;gap:10px}
.node h3{font-size:18px;font-weight:650;letter-spacing:-.01em}
.badge{font-size:12.5px;font-weight:650;padding:2px 10px;border-radius:99px;background:var(--ok-soft);color:var(--ok);white-space:nowrap}
.badge.primary{background:var(--primary-soft);color:var(--primary)}
.badge.critical{background:var(--critical-soft);color:var(--critical)}.badge.warning{background:var(--warning-soft);color:var(--warning)}
.address{color:var(--soft);font-size:13px}
.big{margin:16px 0 8px;font-size:26px;line-height:1.15;font-weight:600;letter-spacing:-.02em}
.big small{display:block;font-size:13px;font-weight:400;letter-spacing:0;color:var(--soft);margin-top:3px}
.down .big{color:var(--critical);font-size:19px}
.chart svg{display:block;width:100%;height:44px;border-bottom:1px solid var(--line)}
.chart .line{fill:none;stroke:var(--ok);stroke-width:1.6;vector-effect:non-scaling-stroke;stroke-linejoin:round}
.chart .area{fill:var(--ok);opacity:.12}
.down .chart .line{stroke:var(--critical)}.down .chart .area{fill:var(--critical)}
.chart+.chart{margin-top:10px}
figcaption{display:flex;justify-content:space-between;font-size:11.5px;color:var(--soft);padding-top:3px}
.chart h4{font-size:12.5px;font-weight:500;color:var(--soft);display:flex;justify-content:space-between}
dl{display:grid;grid-template-columns:auto 1fr;gap:5px 14px;margin-top:16px;font-size:13.5px}
dt{color:var(--soft)}dd{text-align:right;overflow-wrap:anywhere}
dd.critical{color:var(--critical);font-weight:600}dd.warning{color:var(--warning);font-weight:600}
.wide{grid-column:1/-1;margin-top:-2px;margin-bottom:3px}
.meter{display:block;width:100%}.meter .track{fill:var(--line)}.meter .fill{fill:var(--ok)}
.meter.warning .fill{fill:var(--warning)}.meter.critical .fill{fill:var(--critical)}
.old dl,.old .chart{opacity:.55}
.timeline .row{display:flex;align-items:center;gap:12px}.timeline .who{flex:none;width:4.6em;font-size:13.5px;overflow:hidden;text-overflow:ellipsis}
.timeline svg{flex:1;min-width:0;overflow:visible}
.timeline .tick{stroke:var(--line)}.timeline .base{stroke:var(--line);stroke-width:2;stroke-linecap:round}
.timeline .window{stroke:var(--ok);stroke-width:6;stroke-linecap:round;opacity:.28}
.timeline circle{fill:var(--ok);stroke:var(--card);stroke-width:2}
.timeline circle.diff{fill:var(--primary)}.timeline circle.incr{fill:var(--soft)}
.timeline circle.error,.timeline circle.missing{fill:var(--critical)}
.timeline text{font-size:11.5px;fill:var(--soft)}.timeline .note{fill:var(--critical);font-size:12.5px;paint-order:stroke;stroke:var(--card);stroke-width:6px}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;font-size:12.5px;color:var(--soft);margin-top:12px}
.legend svg{width:14px;height:14px;vertical-align:-2px;margin-right:5px}
.legend .full{fill:var(--ok)}.legend .diff{fill:var(--primary)}.legend .incr{fill:var(--soft)}.legend .window{stroke:var(--ok);stroke-width:6;opacity:.28}
.scroll{overflow-x:auto}
table{width:100%;border-collapse:collapse;font-size:13.5px}th{font-weight:500;color:var(--soft);text-align:left}
th,td{padding:5px 12px 5px 0;white-space:nowrap}th.n,td.n{text-align:right}th:last-child,td:last-child{padding-right:0}
tr+tr td{border-top:1px solid var(--line)}td.critical{color:var(--critical);font-weight:600}td.warning{color:var(--warning);font-weight:600}
.pair{display:grid;gap:16px;grid-template-columns:repeat(auto-fit,minmax(min(100%,340px),1fr))}
footer{margin-top:36px;font-size:12.5px;color:var(--soft);display:flex;flex-wrap:wrap;gap:4px 16px}
a{color:inherit}a:focus-visible{outline:2px solid var(--primary);outline-offset:2px}
#stale{display:none;position:sticky;top:0;padding:8px 16px;background:var(--critical);color:var(--card);text-align:center;font-weight:600}
.stale #stale{display:block}.stale main{opacity:.55}
@media(max-width:520px){header{gap:12px}.warnings li{grid-template-columns:1fr}.card{padding:16px;border-radius:16px}}
`
