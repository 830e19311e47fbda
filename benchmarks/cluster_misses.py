"""Groups real shopper texts by meaning without labels, beside k-means on tf-idf.

    python benchmarks/cluster_misses.py FILE.jsonl [--intents 30] [--seeds 100-109] [--out R]

FILE has rows {"text", "intent"}. Each seed draws that many intents; the intents are only used to
measure. Purity is the share of texts whose cluster is mostly of their own intent.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

import jieba
import numpy as np
from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import normalized_mutual_info_score

from knowledge_base.clusters import cluster
from knowledge_base.files import read_folder, read_vocabulary
from knowledge_base.terms import Terms

DATA = Path(__file__).resolve().parents[1] / "data"

Group = Callable[[Sequence[str], int], Sequence[int]]


def main() -> None:
    """Print both measures for each way, mean over the seeds and how often k-means is beaten."""
    given = _arguments()
    by_intent = _read(given.file)
    entries, _ = read_folder(DATA / "knowledge", read_vocabulary(DATA / "shop" / "vocabulary.yml"))
    known = Terms.of(entries)
    ways: dict[str, Group] = {
        "ours": lambda texts, count: cluster(texts, known, count=count),
        "ours, without knowledge base": lambda texts, count: cluster(texts, count=count),
        "k-means, words": _k_means(analyzer="word", tokenizer=jieba.lcut, token_pattern=None),
        "k-means, characters 1-2": _k_means(analyzer="char", ngram_range=(1, 2), sublinear_tf=True),
        "k-means, characters 1-3": _k_means(analyzer="char", ngram_range=(1, 3)),
    }
    chosen: dict[str, Group] = {
        "ours": lambda texts, _: cluster(texts, known),
        **{name: way for name, way in ways.items() if name.startswith("k-means")},
    }
    runs = []
    for seed in given.seeds:
        texts, intents = _draw(by_intent, given.intents, seed)
        runs += _run(ways, texts, intents, seed, given.intents, "given")
        if not given.given_only:
            count = len(set(chosen["ours"](texts, 0)))
            runs += _run(chosen, texts, intents, seed, count, "chosen by itself")
    _print(runs)
    if given.out:
        given.out.write_text(json.dumps(runs, ensure_ascii=False, indent=1), encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--intents", type=int, default=30)
    parser.add_argument("--seeds", type=_seeds, default=_seeds("100-109"), help="as in 1-5")
    parser.add_argument("--given-only", action="store_true", help="only with the number given")
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


def _seeds(text: str) -> list[int]:
    first, _, last = text.partition("-")
    return list(range(int(first), int(last or first) + 1))


def _read(file: Path) -> dict[str, list[str]]:
    by_intent: dict[str, list[str]] = defaultdict(list)
    for line in file.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        by_intent[row["intent"]].append(row["text"])
    return by_intent


def _draw(by_intent: dict[str, list[str]], count: int, seed: int) -> tuple[list[str], list[str]]:
    chance = random.Random(seed)
    drawn = chance.sample(sorted(by_intent), min(count, len(by_intent)))
    pairs = [(text, intent) for intent in drawn for text in by_intent[intent]]
    chance.shuffle(pairs)
    return [text for text, _ in pairs], [intent for _, intent in pairs]


def _k_means(**features: object) -> Group:
    def group(texts: Sequence[str], count: int) -> Sequence[int]:
        rows = TfidfVectorizer(**features).fit_transform(texts)
        return KMeans(count, n_init=10, random_state=0).fit_predict(rows).tolist()

    return group


def _run(
    ways: dict[str, Group],
    texts: list[str],
    intents: list[str],
    seed: int,
    count: int,
    number: str,
) -> list[dict[str, object]]:
    found = []
    for name, way in ways.items():
        began = time.perf_counter()
        labels = way(texts, count)
        found.append(
            {
                "number": number,
                "seed": seed,
                "way": name,
                "texts": len(texts),
                "clusters": len(set(labels)),
                "purity": _purity(intents, labels),
                "nmi": float(normalized_mutual_info_score(intents, labels)),
                "seconds": time.perf_counter() - began,
            }
        )
    return found


def _purity(intents: Sequence[str], labels: Sequence[int]) -> float:
    held: dict[int, Counter[str]] = defaultdict(Counter)
    for intent, label in zip(intents, labels, strict=True):
        held[label][intent] += 1
    return sum(max(one.values()) for one in held.values()) / len(intents)


def _print(runs: list[dict[str, object]]) -> None:
    for number in dict.fromkeys(run["number"] for run in runs):
        these = [run for run in runs if run["number"] == number]
        seeds = sorted({run["seed"] for run in these})
        print(f"\nnumber of clusters {number}; seeds {seeds[0]} to {seeds[-1]}")
        print(f"{'':30}{'clusters':>9}{'purity':>17}{'NMI':>17}{'ours better':>13}{'s':>7}")
        ours = {run["seed"]: run for run in these if run["way"] == "ours"}
        for way in dict.fromkeys(run["way"] for run in these):
            own = [run for run in these if run["way"] == way]
            beaten = sum(
                ours[run["seed"]]["purity"] > run["purity"]
                and ours[run["seed"]]["nmi"] > run["nmi"]
                for run in own
            )
            says = "" if way == "ours" else f"{beaten} of {len(own)}"
            print(
                f"{way:30}{np.mean([run['clusters'] for run in own]):9.1f}"
                f"{_spread(own, 'purity')}{_spread(own, 'nmi')}{says:>13}"
                f"{np.mean([run['seconds'] for run in own]):7.1f}"
            )


def _spread(runs: list[dict[str, object]], name: str) -> str:
    values = [float(run[name]) for run in runs]
    return f"{np.mean(values):9.3f} ± {np.std(values):.3f}"


if __name__ == "__main__":
    main()
