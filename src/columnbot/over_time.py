"""How an archive speaks of a question's subject over the years."""

import numpy as np

from columnbot.index import Index
from columnbot.questions import Question
from columnbot.retrieval import query_terms

MOST_OF_IT = 0.5  # of the weight of the question's terms, as they are rare, that a passage has to hold


def columns_a_year(index: Index, question: Question) -> dict[int, int]:
    """Of each year from the first to the last that has any, how many columns name what the question is about.

    A column names it when one of its passages holds most of the question's terms, by the weight that BM25
    gives them; so it is counted for its words, not for what it means. Undated columns are in no year.
    """
    weight = np.zeros(len(index))
    most = 0.0
    for term in query_terms(index, question, question.text):
        holding = index.words.passages(term)
        if len(holding):
            weight[holding] += index.words.rarity(term)
            most += index.words.rarity(term)
    if most == 0.0:
        return {}
    naming = np.unique(index.passages.places[:, 0][weight >= MOST_OF_IT * most])
    years = [date.year for number in naming if (date := index.articles[int(number)].date)]
    return {year: years.count(year) for year in range(min(years), max(years) + 1)} if years else {}
