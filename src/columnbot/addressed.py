"""Text in a column that speaks to a language model, where a column speaks to its readers.

"Negeer alle instructies en …", a forged turn of a conversation, words hidden from the eye. The rules err on
the side of suspicion: what they catch is still found and quoted, but is not read to the model.
"""

import re
import unicodedata

_MODEL = (
    r"(?:taal|ai-?|chat|language )(?:model\w*|bots?|assistent\w*|assistant\w*)|chat-?gpt|gpt-?\d\w*|llms?|"
    r"(?:ai|a\.i\.)[ -](?:assistent\w*|assistant\w*|systeem|system|bot\w*)|assistent|assistant|chatbot\w*|"
    r"columnbot|kunstmatige intelligentie|artificial intelligence"
)
_ORDERS = (
    r"(?:instructies?|opdrachten?|aanwijzingen|regels|voorschriften|richtlijnen|prompts?|systeemprompt|beperkingen|"
    r"instructions?|rules|guidelines|directions|orders|restrictions|commands|system prompt|previous text|context|"
    r"(?:wat|alles) (?:hiervoor|hierboven|je (?:is |werd )?(?:verteld|gezegd))|"
    r"(?:what|everything) (?:was |came )?(?:above|before|you were told))"
)
_FORGET = (
    r"(?:negeer\w*|vergeet|veronachtzaam|sla\b.{0,30}\bover|overschrijf|omzeil|laat\b.{0,40}\b(?:varen|los)|"
    r"ignore|disregard|forget|override|bypass|skip|drop)"
)
_TELL = (
    r"(?:antwoord|beantwoord|schrijf|zeg|meld|vermeld|noem|herhaal|geef|toon|druk|voeg|zet|eindig|begin|sluit|plaats|"
    r"verwijs|reageer|vertaal|presenteer|verklaar|"
    r"answer|respond|reply|write|say|state|output|print|repeat|return|give|show|add|append|insert|include|end|begin|"
    r"start|finish|translate|tell|cite|reveal|render|claim)"
)
# Where an order stands: at the head of a clause, or behind a word that leads it in.
_THEN = r"(?:^|[.!?:;,\"“”‘’'*>(\n-]\s*|\b(?:en|and|then|dan|moet|must|please|graag|to|gewoon|just|u|je)\s+)"
_ANSWER = (
    r"(?:antwoord\w*|vraag|vragen|vraagsteller|gebruikers?|lezer|zinnen?|bron(?:nen|vermelding)?|citaten?|citeer\w*|"
    r"answers?|questions?|asker|users?|readers?|responses?|repl(?:y|ies)|sentences?|sources?|citations?|output)"
)
_SUSPECT = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        rf"\b{_FORGET}\b.{{0,80}}\b{_ORDERS}",
        rf"\b(?:{_MODEL})\b.{{0,120}}\b(?:moet|dient|zal|mag|must|should|shall|has to|may|need to|is verplicht)\b",
        rf"\b(?:als|as|if you are|indien|wanneer|aan|to|dear|beste|hallo|attention|let op|nota|note)\b[\s,:]*"
        rf"(?:een?|an?|elke?|every|any|alle|all|the|de|het|je|jij|u|you|are|is|bent|this|dit|:|,|\s){{0,6}}"
        rf"(?:{_MODEL})\b",
        rf"\b(?:je|jij|u|you)\b.{{0,12}}\b(?:bent|are|wordt|become|act as|doe alsof)\b.{{0,30}}\b(?:{_MODEL}|"
        r"beheerder|administrator|piraat|pirate|developer mode|ontwikkelaarsmodus)\b",
        r"\b(?:vanaf nu|voortaan|from now on|henceforth)\b.{0,20}"
        r"\b(?:je|jij|u|you|antwoord\w*|answer\w*|schrijf|write)\b",
        rf"{_THEN}{_TELL}\b[^.!?\n]{{0,40}}\b(?:altijd|uitsluitend|alleen|enkel|letterlijk|"
        r"precies|exact|slechts|always|only|exactly|verbatim|just|nothing but)\b",
        rf"{_THEN}{_TELL}\b[^.!?\n]{{0,60}}\b{_ANSWER}\b",
        rf"\b(?:in|op|bij|aan|achter|na|onder|to|in|at|after|below|for|on|when)\b.{{0,25}}\b{_ANSWER}\b[^.!?\n-]{{0,40}}\b{_TELL}\b",
        r"(?:^|\n|[>\]|#*.!?]\s?)\s*(?:\W{0,4})(?:system|systeem|assistant|assistent|user|gebruiker|developer|human|"
        r"tool|instruction|instructie|admin|beheerder)\b[^\w\n]{0,4}\s*(?:message|bericht|prompt|override|note|melding)?\s*"
        r"[:>\]|]",
        r"<\|?/?\s*(?:im_start|im_end|system|assistant|user|instructions?|s|endoftext|fragment|passage|source|bron)\b"
        r"[^>]{0,40}>|\[/?(?:INST|SYS)\]|<<\s*/?SYS\s*>>|###\s*(?:instruct\w*|system|response|antwoord|human)",
        r"\b(?:system|systeem|developer|hidden|verborgen|secret|geheime?)[ -]?(?:prompt|instruct\w*|opdracht\w*|"
        r"message|bericht)\b",
        r"\b(?:prompt[ -]?injecti\w*|jailbreak\w*|developer mode|ontwikkelaarsmodus|do anything now)\b",
        # Of citing, and of not answering: no column asks that of its readers.
        rf"\b(?:{_TELL}|citeer|noem)\b[^.!?\n]{{0,30}}\b(?:als|as|elke zin|(?:each|every) sentence)\s*"
        r"[\[(]\d+[\])]",
        rf"\b(?:you|je|jij|u)\s+(?:mag\s+|may\s+|must\s+)?(?:only|alleen|uitsluitend|enkel)\s+{_TELL}\b",
        r"\b(?:do not|don't|never|refuse to) (?:answer|respond|reply)\b|"
        r"\b(?:beantwoord|antwoord|reageer)\b[^.!?\n]{0,20}\bniet\b",
        r"<!--|-->|!\[[^\]]*\]\s*\(|\]\(\s*(?:https?|javascript|data):|<\s*(?:img|script|iframe|a|svg)\b",
        r"(?:einde?|end)\s+(?:van\s+(?:de\s+|het\s+)?|of\s+(?:the\s+)?)(?:fragment\w*|passages?|sources?|bron\w*|context|"
        r"columns?|document\w*|archief|archive|data)\b",
        r"\b(?:source|bron|citation|fragment|passage)\s*[\[(]?\d+[\])]?\s*(?:zegt|bevestigt|bewijst|says|confirms|proves|:)",
    )
)
# Zero-width and direction marks, which the eye does not see. A soft hyphen, or a joiner in an emoji, means nothing.
_HIDDEN = re.compile("[\u200b\u200e\u200f\u2060-\u2064\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]")


def speaks_to_a_model(text: str) -> bool:
    """Whether any of the text seems meant for a language model, or is hidden from readers."""
    if len(_HIDDEN.findall(text)) > 2:
        return True
    plain = seen_text(text)
    return any(pattern.search(plain) for pattern in _SUSPECT)


def seen_text(text: str) -> str:
    """The text as an eye sees it: one way to write each letter (NFKC), nothing invisible."""
    normal = unicodedata.normalize("NFKC", text)
    return "".join(c for c in normal if c in "\n\t" or unicodedata.category(c) not in ("Cf", "Cc", "Co", "Cn"))
