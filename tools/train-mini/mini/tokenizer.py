"""A small byte-pair tokenizer in CLIP's file format, trained on captions and common words."""

import json
import re
from collections import Counter
from pathlib import Path

import numpy as np

from .world import caption, sample_scenes

START, END = "<|startoftext|>", "<|endoftext|>"
MAX_LENGTH = 40
# The family's tokenizer: trained once by `write` and committed, since every network depends on its ids.
FOLDER = Path(__file__).parents[1] / "tokenizer"
WORDS = re.compile(r"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|(?:[^\s\w]|_)+", re.IGNORECASE)


def byte_characters() -> list[str]:
    """GPT-2's characters for the 256 bytes."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    unprintable = (byte for byte in range(256) if byte not in printable)
    table = {byte: chr(byte) for byte in printable} | {byte: chr(256 + i) for i, byte in enumerate(unprintable)}
    return [table[byte] for byte in range(256)]


CHARACTERS = byte_characters()


def split_words(text: str) -> list[str]:
    """Lower-cased words, single digits and runs of signs, as CLIP splits them."""
    return WORDS.findall(" ".join(text.split()).lower())


def spell(word: str) -> tuple[str, ...]:
    """A word as byte characters, the last marked as the end."""
    letters = [CHARACTERS[byte] for byte in word.encode()]
    return (*letters[:-1], letters[-1] + "</w>")


def merge(symbols: tuple[str, ...], pair: tuple[str, str]) -> tuple[str, ...]:
    """Joins a pair wherever it stands, from the left."""
    joined, i = [], 0
    while i < len(symbols):
        if symbols[i : i + 2] == pair:
            joined.append(symbols[i] + symbols[i + 1])
            i += 2
        else:
            joined.append(symbols[i])
            i += 1
    return tuple(joined)


def learn_merges(words: Counter[str], least: int = 2) -> list[tuple[str, str]]:
    """Joins the most frequent pair until every pair is rarer than `least`; ties go by the alphabet."""
    spelled = {word: spell(word) for word in words}
    merges = []
    while True:
        pairs = Counter()
        for word, symbols in spelled.items():
            for pair in zip(symbols, symbols[1:]):
                pairs[pair] += words[word]
        best = max(pairs, key=lambda pair: (pairs[pair], pair), default=None)
        if best is None or pairs[best] < least:
            return merges
        merges.append(best)
        spelled = {word: merge(symbols, best) if best[0] in symbols else symbols for word, symbols in spelled.items()}


class Tokenizer:
    """Text to padded ids. The end token also pads, as in CLIP's first tokenizer."""

    def __init__(self, vocabulary: dict[str, int], merges: list[tuple[str, str]]):
        self.vocabulary, self.ranks = vocabulary, {pair: rank for rank, pair in enumerate(merges)}
        self.start, self.end, self.known = vocabulary[START], vocabulary[END], {}

    @staticmethod
    def load(folder: Path = FOLDER) -> "Tokenizer":
        lines = (folder / "merges.txt").read_text(encoding="utf-8").strip().split("\n")[1:]
        return Tokenizer(json.loads((folder / "vocab.json").read_text(encoding="utf-8")), [tuple(line.split(" ")) for line in lines])

    def word(self, word: str) -> list[int]:
        if word not in self.known:
            symbols = spell(word)
            while len(symbols) > 1:
                pair = min(zip(symbols, symbols[1:]), key=lambda pair: self.ranks.get(pair, 1e9))
                if pair not in self.ranks:
                    break
                symbols = merge(symbols, pair)
            self.known[word] = [self.vocabulary[symbol] for symbol in symbols]
        return self.known[word]

    def encode(self, text: str) -> list[int]:
        ids = [i for word in split_words(text) for i in self.word(word)]
        return [self.start, *ids[: MAX_LENGTH - 2], self.end]

    def padded(self, text: str) -> list[int]:
        ids = self.encode(text)
        return ids + [self.end] * (MAX_LENGTH - len(ids))


def training_words(captions: int = 4000) -> Counter[str]:
    """Words of captions, and every general word often enough to become one token."""
    rng = np.random.default_rng(3)
    words = Counter(word for scene in sample_scenes(captions, rng) for word in split_words(caption(scene, rng)))
    general = (Path(__file__).parent / "general_words.txt").read_text().split()
    return words + Counter({word: 2 for word in general})


def write(folder: Path = FOLDER) -> None:
    """Trains and writes vocab.json, merges.txt, tokenizer_config.json and special_tokens_map.json."""
    folder.mkdir(parents=True, exist_ok=True)
    merges = learn_merges(training_words())
    tokens = CHARACTERS + [c + "</w>" for c in CHARACTERS] + list(dict.fromkeys(a + b for a, b in merges)) + [START, END]
    special = {"bos_token": START, "eos_token": END, "unk_token": END, "pad_token": END}
    config = {"tokenizer_class": "CLIPTokenizer", "model_max_length": MAX_LENGTH, "do_lower_case": True, **special}
    texts = {
        "vocab.json": json.dumps({token: i for i, token in enumerate(tokens)}, ensure_ascii=False),
        "merges.txt": "#version: 0.2\n" + "".join(f"{a} {b}\n" for a, b in merges),
        "tokenizer_config.json": json.dumps(config, indent=2),
        "special_tokens_map.json": json.dumps(special, indent=2),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
