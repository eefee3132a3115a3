/// How the page of a result looks, on light and on dark.
enum ReportStyle {
    /// The style sheet.
    static let css = """
        :root { color-scheme: light dark; --back: #ffffff; --card: #f6f7f9; --text: #1b1f24; --faint: #5c6670;
          --grid: #dfe3e8; --a: #1f6feb; --b: #e8912d; --bad: #d1242f; --good: #1a7f37; }
        @media (prefers-color-scheme: dark) { :root { --back: #14171c; --card: #1d2229; --text: #e8ebef;
          --faint: #9aa5b1; --grid: #313943; --a: #5b9dff; --b: #f0a94a; --bad: #ff6b6b; --good: #4cc36a; } }
        * { box-sizing: border-box; }
        body { margin: 0; background: var(--back); color: var(--text);
          font: 15px/1.45 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
        main { max-width: 1000px; margin: 0 auto; padding: 24px 20px 48px; }
        h1 { font-size: 26px; margin: 0 0 4px; }
        h2 { font-size: 17px; margin: 0 0 4px; }
        p { margin: 0 0 10px; color: var(--faint); }
        section { background: var(--card); border-radius: 10px; padding: 16px 20px; margin: 16px 0; }
        .tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(112px, 1fr)); gap: 12px; margin: 18px 0; }
        .tile { background: var(--card); border-radius: 10px; padding: 12px 14px; }
        .tile b { display: block; font-size: 22px; font-variant-numeric: tabular-nums; }
        .tile span { color: var(--faint); font-size: 13px; }
        .tile.bad b { color: var(--bad); } .tile.good b { color: var(--good); }
        svg { display: block; width: 100%; height: auto; }
        svg text { font-size: 12px; fill: var(--faint); }
        .grid { stroke: var(--grid); fill: none; stroke-width: 1; }
        .line { fill: none; stroke-width: 2; stroke-linejoin: round; }
        .line.a { stroke: var(--a); } .line.b { stroke: var(--b); } .line.bad { stroke: var(--bad); }
        .area { opacity: 0.14; stroke: none; } .area.a { fill: var(--a); }
        .dot.a, .bar.a { fill: var(--a); } .dot.b { fill: var(--b); } .dot.bad { fill: var(--bad); }
        .bar.b { fill: var(--b); opacity: 0.45; }
        .key::before { content: ""; display: inline-block; width: 10px; height: 10px; border-radius: 2px;
          margin: 0 6px 0 4px; background: var(--a); }
        .key.b::before { background: var(--b); } .key.bad::before { background: var(--bad); }
        .key { margin-right: 10px; }
        .pairs { display: grid; grid-template-columns: repeat(auto-fit, minmax(380px, 1fr)); gap: 14px 24px; }
        figure { margin: 0; } figcaption { font-size: 13px; color: var(--faint); } figcaption b { color: var(--text); }
        .wide { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 14px; }
        th, td { padding: 4px 10px; text-align: right; border-bottom: 1px solid var(--grid); white-space: nowrap; }
        th { color: var(--faint); font-weight: 600; } .text { text-align: left; white-space: normal; }
        """
}
