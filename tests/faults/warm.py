"""Imported once by the process that builds are forked from: what every build imports and compiles anew."""

import sentence_transformers.sentence_transformer.modules  # noqa: F401

import columnbot.build  # noqa: F401
from columnbot.articles import Article
from columnbot.language import ngrams_of, terms_of
from columnbot.passages import split_article

split_article(Article("warm.md", "Warm", "De oven is warm. De bakker ook."), words=30)
terms_of("De oven is warm.")
ngrams_of("De oven is warm.")
