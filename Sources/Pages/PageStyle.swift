/// The style of all pages: light, dark, on a phone and on paper.
///
/// Text is set in a serif font of the system with about 70 characters per line, code and output in
/// a monospaced font. Widths are relative to the font size; wide elements scroll in their own
/// boxes.
enum PageStyle {
  static let css = colours + text + layout + notebook + paper

  /// Every text colour has a contrast of at least 4.5 to its background, in the light and the dark
  /// style.
  private static let colours = """
    :root {
      --ground: #fdfdfb; --raised: #f4f4ef; --ink: #1c1e21; --muted: #585d64; --rule: #dddcd5;
      --accent: #075a8d; --warn-ground: #fdf3dc; --warn-ink: #6b4a00; --warn-rule: #d99a06;
      --keyword: #8a1c6b; --type: #075a8d; --literal: #9a3b00; --comment: #5a6b5d;
      --attribute: #6c4bb0; --bar: #4f86ad;
      --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "Source Serif 4", "Noto Serif", Georgia, serif;
      --sans: system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif;
      --mono: ui-monospace, "SF Mono", "Cascadia Mono", "JetBrains Mono", "DejaVu Sans Mono", Consolas, monospace;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --ground: #16181b; --raised: #202327; --ink: #e3e2dd; --muted: #a3a8ae; --rule: #373b40;
        --accent: #82c3ee; --warn-ground: #2f2713; --warn-ink: #f0d08a; --warn-rule: #b98a1e;
        --keyword: #ef9ad0; --type: #82c3ee; --literal: #f2ac78; --comment: #97a99a;
        --attribute: #bfa6f5; --bar: #5d9cc8;
      }
    }

    """

  private static let text = """
    * { box-sizing: border-box; }
    html { font-size: 106%; -webkit-text-size-adjust: 100%; scroll-padding-top: 1rem; }
    body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.6 var(--serif); overflow-wrap: break-word; }
    h1, h2, h3, h4 { font-family: var(--sans); line-height: 1.2; text-wrap: balance; font-weight: 650; }
    h1 { font-size: 2rem; margin: 0 0 .6rem; letter-spacing: -.015em; }
    h2 { font-size: 1.55rem; margin: 2.5rem 0 1rem; letter-spacing: -.01em; }
    h3 { font-size: 1.15rem; margin: 2.2rem 0 .6rem; }
    h4 { font-size: 1rem; margin: 1.6rem 0 .4rem; }
    p, ul, ol, dl { margin: 0 0 1rem; }
    p, li, dd { text-wrap: pretty; }
    li + li { margin-top: .25rem; }
    a { color: var(--accent); text-underline-offset: .15em; text-decoration-thickness: .06em; }
    a:focus-visible, summary:focus-visible, .scroll:focus-visible, .formula:focus-visible, pre:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
    code, pre, kbd { font-family: var(--mono); font-size: .84em; font-variant-ligatures: none; }
    pre code { font-size: 1em; }
    p code, li code, td code, dd code { overflow-wrap: anywhere; }
    hr { border: 0; border-top: 1px solid var(--rule); margin: 2rem 0; }
    blockquote { margin: 0 0 1rem; padding-left: 1rem; border-left: 3px solid var(--rule); color: var(--muted); }
    table { border-collapse: collapse; font: .84rem/1.4 var(--sans); font-variant-numeric: tabular-nums lining-nums; }
    th, td { padding: .3rem .75rem .3rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--rule); }
    th { font-weight: 600; }
    thead th { border-bottom-color: var(--muted); white-space: nowrap; }
    th:last-child, td:last-child { padding-right: 0; }
    .number { text-align: right; white-space: nowrap; }
    math { font-size: 1.06em; font-family: "STIX Two Math", "Latin Modern Math", "Cambria Math", "DejaVu Math TeX Gyre", "Noto Sans Math", math; }
    .formula { display: block; overflow-x: auto; overflow-y: hidden; padding: .25rem 0; }
    p .formula { margin: .5rem 0; }
    .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
    caption.unseen { left: 0; }
    .whole { white-space: nowrap; }
    .on-paper { display: none; }
    .muted, figcaption, .kicker { color: var(--muted); }

    """

  private static let layout = """
    .skip { position: absolute; left: -999rem; }
    .skip:focus { left: 1rem; top: .5rem; background: var(--ground); padding: .3rem .6rem; z-index: 1; }
    main, footer, #contents { max-width: 58rem; margin: 0 auto; padding: 0 1.1rem; }
    main p, main li, main dl { max-width: 43rem; }
    main { padding-top: 2rem; }
    footer { padding-top: 1.5rem; padding-bottom: 3rem; font: .84rem/1.5 var(--sans); color: var(--muted); }
    section.chapter { border-top: 1px solid var(--rule); margin-top: 3.5rem; padding-top: 2rem; }
    .kicker { font: 600 .78rem/1.4 var(--sans); letter-spacing: .06em; text-transform: uppercase; margin: 0 0 .5rem; }
    .kicker + h2 { margin-top: 0; }
    .lead { font-size: 1.15rem; line-height: 1.5; }
    #contents { font: .88rem/1.45 var(--sans); padding-top: 1.5rem; }
    #contents a { text-decoration: none; }
    #contents a:hover { text-decoration: underline; }
    #contents ol { list-style: none; margin: 0; padding: 0; }
    #contents ol ol { padding-left: .9rem; margin: .15rem 0 .5rem; border-left: 1px solid var(--rule); }
    #contents li { margin: .15rem 0; }
    #contents a.spied { animation: here linear; }
    @keyframes here { from, to { font-weight: 650; color: var(--ink); box-shadow: -.28rem 0 0 var(--ground), -.45rem 0 0 var(--accent); } }
    #contents .state { color: var(--muted); font-size: .8em; }
    @media (min-width: 72rem) {
      body.with-contents { display: grid; grid-template: "contents main" auto "contents footer" auto / 17rem minmax(0, 1fr); }
      .with-contents #contents { grid-area: contents; position: sticky; top: 0; height: 100vh; overflow-y: auto; max-width: none; margin: 0; padding: 2rem 1.1rem; border-right: 1px solid var(--rule); }
      .with-contents main, .with-contents footer { width: 100%; max-width: 62rem; margin: 0; padding-left: clamp(2rem, 4vw, 5rem); padding-right: 2rem; }
    }
    @media (max-width: 71.99rem) { #contents ol ol { display: none; } #contents ol { columns: 12rem; } }

    """

  private static let notebook = """
    .scroll, pre { overflow-x: auto; max-width: 100%; position: relative; }
    .scroll { margin: 0 0 1.2rem; }
    pre { margin: 0 0 1rem; padding: .7rem .9rem; background: var(--raised); border-radius: .35rem; font-size: .8em; line-height: 1.5; tab-size: 2; }
    pre.output { background: none; border-left: 3px solid var(--accent); border-radius: 0; padding: .1rem .9rem; }
    pre.command { border: 1px solid var(--rule); }
    .output-table { border-left: 3px solid var(--accent); padding-left: .9rem; margin-bottom: 1.2rem; }
    .output-table .scroll { margin: 0; }
    details { margin: 0 0 1rem; }
    summary { font: .84rem/1.5 var(--sans); color: var(--accent); cursor: pointer; padding: .2rem 0; }
    details > pre { margin-top: .3rem; }
    .k { color: var(--keyword); } .t { color: var(--type); } .l { color: var(--literal); } .c { color: var(--comment); font-style: italic; } .a { color: var(--attribute); }
    figure { margin: 1.2rem 0 1.6rem; }
    figure img { display: block; max-width: 100%; height: auto; border-radius: .35rem; border: 1px solid var(--rule); }
    figcaption { font: .84rem/1.45 var(--sans); margin-top: .5rem; }
    .figures { display: grid; grid-template-columns: minmax(0, 1fr); gap: 1.2rem; margin: 1.5rem 0; }
    .figures figure { margin: 0; }
    .pixels { image-rendering: pixelated; }
    .note { font: .88rem/1.5 var(--sans); border-left: 3px solid var(--rule); padding: .45rem .9rem; margin: 0 0 1rem; color: var(--muted); }
    .warning { background: var(--warn-ground); border-left-color: var(--warn-rule); color: var(--warn-ink); }
    .warning a { color: inherit; }
    .facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .45rem 1.2rem; margin: 1.4rem 0; padding: 1rem 0; border-top: 1px solid var(--rule); border-bottom: 1px solid var(--rule); }
    .facts dt { font: 600 .88rem/1.6 var(--sans); color: var(--muted); }
    .facts dd { margin: 0; }
    .headline { font-size: 1.5em; font-weight: 650; font-family: var(--sans); letter-spacing: -.01em; }
    .key { font-family: var(--mono); font-size: .84em; }
    .cards { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(19rem, 100%), 1fr)); gap: 1rem; list-style: none; padding: 0; }
    .cards li { margin: 0; max-width: none; border: 1px solid var(--rule); border-radius: .5rem; padding: 1rem; }
    .cards h2 { font-size: 1.1rem; margin: 0 0 .3rem; }
    .cards h3 { font-size: .88rem; margin: 0 0 .4rem; overflow-wrap: anywhere; }
    .cards p { margin: 0 0 .4rem; font: .88rem/1.45 var(--sans); }
    .chart { display: block; width: 100%; height: auto; }
    .chart .bar, .chart .dot { fill: var(--bar); }
    .chart .line { fill: none; stroke: var(--bar); stroke-width: 2; vector-effect: non-scaling-stroke; }
    .chart .axis { stroke: var(--rule); vector-effect: non-scaling-stroke; }
    .chain { list-style: none; padding: 0; }
    .chain > li { border-left: 3px solid var(--rule); padding: 0 0 .9rem 1rem; margin: 0; }
    .chain > li:first-child { border-left-color: var(--accent); }
    @media (max-width: 34rem) {
      h1 { font-size: 1.6rem; } h2 { font-size: 1.35rem; }
      .facts { grid-template-columns: minmax(0, 1fr); gap: 0; }
      .facts dd { margin-bottom: .7rem; }
    }

    """

  private static let paper = """
    @media print {
      :root {
        color-scheme: light;
        --ground: #fff; --raised: #f4f4ef; --ink: #000; --muted: #444; --rule: #bbb; --accent: #053f63;
        --warn-ground: #fdf3dc; --warn-ink: #4d3500; --warn-rule: #d99a06; --keyword: #6d1155;
        --type: #053f63; --literal: #7a2f00; --comment: #455248; --attribute: #4d3390; --bar: #4f86ad;
      }
      @page { margin: 18mm 16mm; }
      html { font-size: 10pt; }
      body.with-contents { display: block; }
      main, footer, .with-contents main { max-width: none; width: auto; margin: 0; padding: 0; border: 0; position: static; height: auto; overflow: visible; }
      main { padding-top: 1rem; }
      main p, main li { max-width: 41rem; }
      .skip, #contents, .files, details:has(> pre.code) > summary { display: none; }
      section.chapter { break-before: page; border: 0; margin: 0; }
      h2, h3, h4, summary { break-after: avoid; }
      figure, tr, .note, .formula, .scroll, .output-table, pre { break-inside: avoid; }
      p:has(+ pre), p:has(+ .scroll), p:has(+ .output-table), p:has(+ figure), .note:has(+ figure) { break-after: avoid; }
      details > pre, pre.command { break-inside: auto; orphans: 5; widows: 5; }
      figure img { max-height: 105mm; width: auto; margin: 0 auto; border: 0; }
      pre, .scroll { overflow: visible; white-space: pre-wrap; overflow-wrap: anywhere; }
      .scroll th, .scroll td { white-space: normal; }
      .scroll th { overflow-wrap: break-word; }
      .scroll:has(.on-paper) { overflow: hidden; }
      .on-paper { display: block; }
      details::details-content { content-visibility: visible; block-size: auto; }
      a { text-decoration: none; }
    }
    """
}
