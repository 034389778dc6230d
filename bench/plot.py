"""Line plots as SVG, without a library: readable on light and on dark pages, in print, and without colours."""

import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 380
LEFT, RIGHT, TOP, BOTTOM = 72, 120, 52, 64
# By order of the series: colour on light, colour on dark, dashes, marker.
LOOKS = [
    ("#0b62c4", "#6cb1ff", "", "circle"),
    ("#b3500b", "#ffab70", "7 4", "square"),
    ("#2c7a2c", "#7ddc7d", "2 4", "diamond"),
]


def nice_step(highest, steps=5):
    """A step of 1, 2 or 5 times a power of ten that leads from 0 over `highest` in about `steps`."""
    rough = highest / steps
    power = 10 ** math.floor(math.log10(rough))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)


def number(value):
    return f"{value:.10g}"


def marker(kind, x, y, look):
    if kind == "circle":
        return f'<circle class="fill{look}" cx="{x:.1f}" cy="{y:.1f}" r="4"/>'
    if kind == "square":
        return f'<rect class="fill{look}" x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"/>'
    return f'<path class="fill{look}" d="M{x:.1f} {y - 5:.1f}l5 5l-5 5l-5 -5z"/>'


def style():
    def rules(dark):
        ink, grid, page = ("#e6edf3", "#3d444d", "#0d1117") if dark else ("#1f2328", "#d8dee4", "#ffffff")
        lines = [f".page{{fill:{page}}}", f"text{{fill:{ink}}}", f".grid{{stroke:{grid}}}", f".axis{{stroke:{ink}}}"]
        for look, (light, night, _, _) in enumerate(LOOKS):
            colour = night if dark else light
            lines += [f".line{look}{{stroke:{colour}}}", f".fill{look}{{fill:{colour}}}"]
        return "".join(lines)

    return (
        "<style>text{font:13px system-ui,sans-serif}.title{font-weight:600;font-size:15px}path{fill:none;stroke-width:2}"
        f"{rules(False)}@media(prefers-color-scheme:dark){{{rules(True)}}}</style>"
    )


def lines(title, x_label, y_label, ticks, series):
    """An SVG document. `ticks`: the names along x, at equal distances. `series`: {name: a value for each tick, or None}."""
    inner_width, inner_height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
    values = [value for points in series.values() for value in points if value is not None]
    step = nice_step(max(values + [1e-9]))
    top = math.ceil(max(values + [0]) / step) * step or step

    def at_x(index):
        return LEFT + inner_width * (index + 0.5) / len(ticks)

    def at_y(value):
        return TOP + inner_height * (1 - value / top)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(title)}">',
        style(),
        f'<rect class="page" width="{WIDTH}" height="{HEIGHT}"/>',
        f'<text class="title" x="{LEFT}" y="26">{escape(title)}</text>',
    ]
    for i in range(round(top / step) + 1):
        y = at_y(i * step)
        out.append(f'<line class="{"grid" if i else "axis"}" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>')
        out.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{number(i * step)}</text>')
    for i, tick in enumerate(ticks):
        out.append(f'<text x="{at_x(i):.1f}" y="{HEIGHT - BOTTOM + 20}" text-anchor="middle">{escape(tick)}</text>')
    middle = TOP + inner_height / 2
    out.append(f'<text x="{LEFT + inner_width / 2:.1f}" y="{HEIGHT - 16}" text-anchor="middle">{escape(x_label)}</text>')
    out.append(f'<text x="18" y="{middle:.1f}" text-anchor="middle" transform="rotate(-90 18 {middle:.1f})">{escape(y_label)}</text>')

    taken = []  # where names stand, so that none is written over another
    for look, (name, points) in enumerate(series.items()):
        _, _, dashes, kind = LOOKS[look % len(LOOKS)]
        known = [(at_x(i), at_y(value)) for i, value in enumerate(points) if value is not None]
        if not known:
            continue
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in known)
        dash = f' stroke-dasharray="{dashes}"' if dashes else ""
        out.append(f'<path class="line{look}" d="{path}"{dash}/>')
        out.extend(marker(kind, x, y, look) for x, y in known)
        x, y = known[-1]
        while any(abs(y - other) < 16 for other in taken):
            y -= 16
        taken.append(y)
        out.append(f'<text class="fill{look}" x="{x + 12:.1f}" y="{y + 4:.1f}">{escape(name)}</text>')
    out.append("</svg>")
    return "\n".join(out) + "\n"
