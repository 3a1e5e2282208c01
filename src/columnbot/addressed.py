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
    r"(?:vra(?:ag|gen)|gevraagd|fragmenten|passages?|questions?|asked|instructies?|opdrachten?|aanwijzingen|regels|voorschriften|richtlijnen|prompts?|systeemprompt|beperkingen|"
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
_BRING = (
    r"gebruik|zeg|zegt|noem|schrijf|spreek|sprak|roep|begin|eindig|sluit|voeg|plak|verwerk|vermeld|onthoud|use|work|say|"
    r"mention|append|write|speak|let|add|include|insert|keep|put|introduce|utter|drop"
)
_SAYING = (
    r"woord(?:en)?|zin|zinnetje|term|formule|groet|naam|wachtwoord|uitroep|kreet|adres|site|words?|string|phrase|password|"
    r"notice|line|name|formula|greeting|website|address"
)
_MACHINE = (
    r"computers?|machines?|robots?|programma'?s?|zoekprogramma\w*|software|engine|algoritmes?|algorithms?|automaten|"
    r"automated (?:readers?|systems?)|geautomatiseerd\w*|machine-generated|bibliothecaris|archivist|vraagbaak|"
    r"question-answering"
)
_RETELL = r"navertel\w*|naverteld|samenvat\w*|retells?|summari\w+"
_PLAY = (
    r"je rol|jouw rol|jij bent|dat ben jij|jouw beurt|your (?:role|character|part)|in character|"
    r"you are (?:now|the|an?|captain)|you're (?:now|the|a)|let'?s play|we spelen|stel je voor dat je|"
    r"imagine (?:that )?you are|doe alsof je"
)
_CIPHER = r"base-?64|rot-?13|caesar|decodeer|ontcijfer|decode|decipher|achterstevoren|backwards?|omgekeerd"
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
        r"\b(?:source|bron|citation|fragment|passage|document)\s*[\[(]?\d+[\])]?\s*(?:zegt|bevestigt|bewijst|says|confirms|"
        r"proves|[:,(])",
        # What whoever answers is to bring in: a word, a phrase, an address.
        rf"\b(?:{_BRING})\b[^.!?\n]{{0,60}}\b(?:{_SAYING})\b[^.!?\n]{{0,30}}[‘'“\"«»„]",
        rf"\b(?:{_SAYING})\b\s*[‘'“\"«»„][^.!?\n]{{0,80}}\b(?:{_BRING}|wordt|worden|opgenomen|must|carry)\b",
        # Who is to: whatever reads, retells, answers.
        rf"\b(?:{_MACHINE})\b.{{0,100}}\b(?:{_RETELL}|antwoord\w*|answer\w*|report|vermeld\w*|mention\w*|noem|zeg|say|"
        r"verklap\w*)\b",
        rf"\b(?:wie|iedereen|whoever|whatever|mocht|als|if|assistent|assistant)\b(?=.{{0,60}}\b(?:dit|deze|this)\b)"
        rf".{{0,60}}\b(?:{_RETELL}|leest|lezen|reads?|reading)\b.{{0,100}}\b(?:zo vriendelijk|zo goed|graag|noem|zeg|"
        r"vermeld\w*|mention|kind|please|remember|include|doe)\b",
        r"\b(?:(?:o|oh|gij|jij|dear) (?:model|machine|engine|robot|computer|assistent|assistant)\b|"
        r"beste (?:model|machine|robot|computer|assistent)\s*[,:!])",
        rf"\b(?:ieder|elke?|every|any|each|all)\b[^.!?\n]{{0,40}}\b{_ANSWER}\b[^.!?\n]{{0,80}}\b(?:word(?:t|en)|moet\w*|"
        r"must|should|shall|has to|is to|carry|omits?)\b",
        r"\b(?:het (?:enige )?(?:juiste|goede|correcte) antwoord|the (?:only )?(?:correct|right|canonical) answer)\b",
        # When: "als iemand ernaar vraagt".
        r"\b(?:als|wanneer|zodra|indien|if|when\w*)\b[^.!?\n]{0,30}\b(?:iemand|men|gevraagd|vraagt|anyone|someone|asked|"
        rf"asks)\b[^\n]{{0,80}}\b{_TELL}\b",
        r"\b(?:is|was) (?:de|the) (?:vraag|question) (?:korter|langer|kort|lang|over|shorter|longer|about)\b|"
        r"\bwie naar\b.{0,60}\bwordt gevraagd\b",
        # In disguise: a part to play, a cipher, a new task.
        rf"\b(?:{_PLAY})\b.{{0,160}}\b(?:zegt?|antwoord\w*|vraag|vragen|bezoeker|question|answer\w*|says?|introduces?|"
        r"secret|geheim|wachtwoord|camera)\b",
        rf"\b(?:{_CIPHER})\b.{{0,80}}\b(?:doe|voer|volg|lees|do|follow|read|obey|zegt|says|staat)\b|"
        rf"\b(?:lees|read|apply|decodeer|decode)\b.{{0,60}}\b(?:{_CIPHER})\b",
        r"\b(?:nieuwe|echte|new|real|actual)\s+(?:opdracht|taak|task|instructi\w+)\s*:",
        r"\b(?:letterlijk overnemen|moet(?:en)? worden (?:geciteerd|genoemd|vermeld)|"
        r"must be (?:cited|quoted|mentioned))\b",
        r"\b(?:aan elkaar|with no space|without the gaps|zonder spaties|join (?:it|them))\b.{0,80}\b(?:antwoord|answer|"
        r"result\w*|site|woord|word)\b",
        r"<\s*(?:div|p|span)\b[^<>]*(?:hidden|display|style|aria)",
        r"\b(?:[^\W\d_] ){6,}",  # letters with spaces between them
        r"(?<![\w+/.-])(?-i:(?=[\w+/]*[a-z])(?=[\w+/]*[A-Z]))(?=[\w+/]*\d)[\w+/]{28,}={0,2}(?![\w/.-])",  # base64
    )
)
# Zero-width and direction marks, which the eye does not see. A soft hyphen, or a joiner in an emoji, means nothing; one
# between Latin letters does.
_HIDDEN = re.compile(
    "(?<=[A-Za-z])[\u200c\u200d]|[\u200b\u200e\u200f\u2060-\u2064\u202a-\u202e\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)


def speaks_to_a_model(text: str) -> bool:
    """Whether any of the text seems meant for a language model, or is hidden from readers."""
    if len(_HIDDEN.findall(text)) > 2 or len(text) > _LONGEST:
        return True
    plain = seen_text(text)
    if _MIXED.search(plain):
        return True
    spelled = {plain, _IN_FIGURES.sub(lambda word: word.group().translate(_LETTERS), plain)}
    return any(pattern.search(seen) for pattern in _SUSPECT for seen in spelled)


_LONGEST = 8_000  # characters; a passage has a thousand, and what has no end may be made to take minutes
# A word of letters that only look Latin, among Latin ones ("µg" is none); and figures for letters ("n3g33r").
_ALIKE = "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧνορυχικ\u0400-\u04ff"
_MIXED = re.compile(rf"[A-Za-z][{_ALIKE}]|[{_ALIKE}][A-Za-z]")
_IN_FIGURES = re.compile(r"\b(?=\w*[^\W\d_])(?=\w*[013457])\w{3,15}\b")
_LETTERS = str.maketrans("013457", "oieast")


_FRACTION = re.compile(r"(?<=\d)[¼½¾⅓⅔⅛⅜⅝⅞]")


def seen_text(text: str) -> str:
    """The text as an eye sees it: one way to write each letter (NFKC), nothing invisible."""
    normal = unicodedata.normalize("NFKC", _FRACTION.sub(r" \g<0>", text))  # "2½" is not 21⁄2
    return "".join(c for c in normal if c in "\n\t" or unicodedata.category(c) not in ("Cf", "Cc", "Co", "Cn"))
