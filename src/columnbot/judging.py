"""A model of natural language inference, for who has one: whether what is written follows from its source."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from columnbot.errors import ModelUnavailable, unloadable

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder


class Judge(Protocol):
    """A model of natural language inference."""

    def entails(self, source: str, written: str) -> float:
        """How likely it is (0 to 1) that what is written follows from the source."""


def open_judge(name: str) -> Judge:
    """A cross-encoder for natural language inference, by its name on the hub or its folder.

    Raises `ModelUnavailable`, also for a cross-encoder that has no label of entailment.
    """
    return _CrossEncoderJudge.load(name)


def load_cross_encoder(name: str, what: str, flag: str) -> "CrossEncoder":
    """A model that takes two texts at once, by its name or folder. Raises `ModelUnavailable` with the reason.

    `what` it is and the `flag` that names it are for the message.
    """
    from sentence_transformers import CrossEncoder

    try:
        model: CrossEncoder = CrossEncoder(name)
    except Exception as error:  # noqa: BLE001 - a name can fail in a dozen libraries, each with its own errors
        raise unloadable(what, name, error, kind="CrossEncoder of sentence-transformers", flag=flag) from error
    return model


@dataclass(frozen=True)
class _CrossEncoderJudge:
    model: "CrossEncoder"
    entailment: int  # the place of that label

    @classmethod
    def load(cls, name: str) -> "_CrossEncoderJudge":
        model = load_cross_encoder(name, "checker", "--checker")
        labels = {int(place): str(label).lower() for place, label in getattr(model.config, "id2label", {}).items()}
        places = [place for place, label in labels.items() if label.startswith("entail")]
        if not places:
            raise ModelUnavailable(f"The checker {name!r} does not judge entailment; its labels are {labels}.")
        return cls(model, places[0])

    def entails(self, source: str, written: str) -> float:
        """See `Judge`."""
        scores = np.asarray(self.model.predict([(source, written)], apply_softmax=True, show_progress_bar=False))
        return float(scores[0, self.entailment])
