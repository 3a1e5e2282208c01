"""The forward pass of the bundled model by other engines: passages a second, beside what a build does with torch.

    pip install -c constraints.txt -e ".[bench]"
    python -m benchmarks.engines INDEX [--passages 384] [--rounds 5]

The engines get the passages of an index in batches of one length, and only run the model; columnbot's own
figure has the vectors of all sentences and words in it too. Turn about, round after round; the median of each.
"""

import argparse
import statistics
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch
from benchmarks.bundled_model import build_sentence_transformer
from numpy.typing import NDArray

from columnbot.build import embedding_input
from columnbot.embedding import open_embedder
from columnbot.embedding.bundled import PASSAGE_PROMPT
from columnbot.embedding.weights import bundled_file, read_weights
from columnbot.index import open_index

BATCH = 16
Feed = dict[str, NDArray[np.int64]]
Engine = Callable[[Feed], NDArray[np.float32]]  # tokens of a batch → their states (texts, tokens, d)


class States(torch.nn.Module):
    """The model as an exporter wants it: two arrays in, one out."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """The last layer's states."""
        states: torch.Tensor = self.model(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        return states


def exported(model: torch.nn.Module, sample: Feed, file: Path) -> None:
    """The model as ONNX, for batches of any size."""
    names = list(sample)
    axes = {name: {0: "texts", 1: "tokens"} for name in [*names, "states"]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            model, tuple(torch.from_numpy(sample[name]) for name in names), str(file), input_names=names,
            output_names=["states"], dynamic_axes=axes, opset_version=17, dynamo=False,
        )  # fmt: skip


def engines(model: torch.nn.Module, sample: Feed, folder: Path, threads: int) -> dict[str, Engine]:
    """Each engine by its name."""
    import onnxruntime
    import openvino
    from onnxruntime.quantization import QuantType, quantize_dynamic

    plain, small = folder / "model.onnx", folder / "model.int8.onnx"
    exported(model, sample, plain)
    quantize_dynamic(plain, small, weight_type=QuantType.QInt8)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    found: dict[str, Engine] = {}
    for name, file in (("ONNX Runtime, float32", plain), ("ONNX Runtime, int8", small)):
        session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        found[name] = lambda feed, session=session: session.run(None, feed)[0]  # type: ignore[misc]
    core = openvino.Core()
    compiled = core.compile_model(core.read_model(plain), "CPU", {"INFERENCE_NUM_THREADS": threads})
    kind = compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name()
    found[f"OpenVINO, {kind}"] = lambda feed: np.asarray(compiled(feed)[0])
    return found


def pooled(states: NDArray[np.float32], feed: Feed) -> NDArray[np.float32]:
    """Unit vectors (texts, d)."""
    mask = feed["attention_mask"][..., None]
    mean = (states * mask).sum(axis=1) / mask.sum(axis=1)
    return np.asarray(mean / np.linalg.norm(mean, axis=1, keepdims=True), np.float32)


def main() -> None:
    """Prints a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("index", type=Path)
    parser.add_argument("--passages", type=int, default=384)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    index, file = open_index(arguments.index), bundled_file()
    if file is None:
        raise SystemExit("There is no bundled model for this kind of machine; the comparison needs it.")
    numbers = np.linspace(0, len(index.passages) - 1, min(arguments.passages, len(index.passages))).astype(int)
    inputs = [embedding_input(index.passages[int(number)]) for number in numbers]
    transformer = build_sentence_transformer(read_weights(file))
    tokenize, model = transformer.tokenizer, States(transformer[0].model).eval()
    texts = sorted((PASSAGE_PROMPT + item.text for item in inputs), key=lambda text: len(tokenize(text)["input_ids"]))

    def feeds() -> Iterator[Feed]:
        for start in range(0, len(texts), BATCH):
            tokens = tokenize(texts[start : start + BATCH], return_tensors="np", padding=True, truncation=True)
            yield {name: tokens[name].astype(np.int64) for name in ("input_ids", "attention_mask")}

    def by_torch(feed: Feed) -> NDArray[np.float32]:
        with torch.inference_mode():
            return model(*map(torch.from_numpy, feed.values())).numpy()  # type: ignore[no-any-return]

    embedder = open_embedder(index.manifest.model).embedder
    with tempfile.TemporaryDirectory() as folder:
        others = {"torch, float32": by_torch} | engines(model, next(feeds()), Path(folder), torch.get_num_threads())
        rates: dict[str, list[float]] = {name: [] for name in ("columnbot", *others)}
        nearness: dict[str, float] = {}
        list(embedder.embed_passages(inputs))  # loads torch and the model
        for _ in range(arguments.rounds):
            started = perf_counter()
            list(embedder.embed_passages(inputs))
            rates["columnbot"].append(len(texts) / (perf_counter() - started))
            for name, engine in others.items():
                started = perf_counter()
                for feed in feeds():
                    engine(feed)
                rates[name].append(len(texts) / (perf_counter() - started))
        for name, engine in others.items():
            same = [(pooled(engine(feed), feed) * pooled(by_torch(feed), feed)).sum(axis=1).min() for feed in feeds()]
            nearness[name] = float(min(same))
    print("| engine | passages a second | times columnbot's | least cosine with float32 |\n|---|--:|--:|--:|")
    for name, rate in rates.items():
        pairs = zip(rate, rates["columnbot"], strict=True)
        times = statistics.median(one / ours for one, ours in pairs)
        near = f"{nearness[name]:.4f}" if name in nearness else ""
        print(f"| {name} | {statistics.median(rate):.0f} | {times:.2f} | {near} |")


if __name__ == "__main__":
    main()
