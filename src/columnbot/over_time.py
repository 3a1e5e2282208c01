"""How an archive speaks of a question's subject over the years."""

from columnbot.index import Index
from columnbot.questions import Question
from columnbot.retrieval import query_terms

MOST_OF_IT = 0.5  # of the weight of the question's terms, as they are rare, that a passage has to hold


def columns_a_year(index: Index, question: Question) -> dict[int, int]:
    """Of each year from the first to the last that has any, how many columns name what the question is about.

    A column names it when one of its passages holds most of the question's terms, by the weight that BM25
    gives them; so it is counted for its words, not for what it means. Undated columns are in no year.
    """
    years = index.years_naming(query_terms(index, question, question.text), MOST_OF_IT).tolist()
    return {year: years.count(year) for year in range(min(years), max(years) + 1)} if years else {}
