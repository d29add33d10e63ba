"""Draws the table: `plot.py peers.json peers.svg`, run by the virtual environment's Python."""

import json
import sys
from pathlib import Path

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
from report import PEERS, rows

COLOURS = dict(zip(PEERS, ("#1b6ca8", "#7a5195", "#d1495b", "#e9a23b")))


def main() -> None:
    source, target = map(Path, sys.argv[1:3])
    results = json.loads(source.read_text())
    table = [row for row in rows(results) if "chunkwise" in row.times]
    plt.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "peers", "font.family": "sans-serif", "font.size": 9})
    figure, axes = plt.subplots(figsize=(9, 0.36 * len(table) + 1.4), layout="constrained")
    for y, row in enumerate(table):
        ours = row.times["chunkwise"]
        for peer in PEERS:
            if peer in row.times:
                axes.plot(row.times[peer] / ours, y, "o", color=COLOURS[peer], markersize=7, zorder=3)
        if row.limit is not None:
            axes.plot(row.limit / ours, y, "D", color="none", markeredgecolor="#444444", markersize=6, zorder=2)
        asked = row.workload.floor
        if asked is not None:
            axes.plot([asked, asked], [y - 0.36, y + 0.36], color="#2a7f3f" if row.met else "#b00020", linewidth=2.2)
    axes.axvline(1, color="black", linewidth=1, zorder=1)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(lambda x, _: f"{x:g}")
    axes.set_yticks(range(len(table)), [f"{r.workload.name}  {1000 * r.times['chunkwise']:.3g} ms" for r in table])
    axes.set_ylim(len(table) - 0.4, -0.6)
    axes.grid(axis="x", color="#dddddd", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("time relative to Chunkwise: right of 1, the other is slower; floors are for the fastest peer")
    handles = [plt.Line2D([], [], marker="o", linestyle="", color=COLOURS[peer], label=peer) for peer in PEERS]
    handles += [
        plt.Line2D(
            [], [], marker="D", linestyle="", color="none", markeredgecolor="#444444", label="the machine's limit"
        ),
        plt.Line2D([], [], color="#2a7f3f", linewidth=2.2, label="floor, met"),
        plt.Line2D([], [], color="#b00020", linewidth=2.2, label="floor, missed"),
    ]
    figure.legend(handles=handles, loc="outside upper center", ncols=7, frameon=False)
    figure.savefig(target, metadata={"Date": None})


if __name__ == "__main__":
    main()
