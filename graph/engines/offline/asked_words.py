"""Words and patterns of questions and values: the kind of value asked for, units, bounds, words without content."""

from __future__ import annotations

import re

from graph.storage.fulltext import stem

WORD = re.compile(r"[^\W_]+")
# Words of a question that say how it is asked, not what about.
FRAME = frozenset(
    """according account actually again almost asked came come commonly counted currently
    define defined did different during exactly exist far fiscal following form generally get go good had happen
    happened held hold kind kinds like locate located location made main mainly make may mean meant must need occur
    occurred often one part particular person place please possible put refer referred relate require required
    requires said see shall should since someone something sort take taken term terms thing things time times
    today took type types typically use used usually various view way ways well went year years anyway just ok okay
    really uses takes comes goes gives
    consumes needs gets happens myself meanwhile still already moment everything anything""".split()
)
# Words that mean the same to somebody who asks. Each line is one meaning.
SYNONYMS = tuple(
    frozenset(stem(word) for word in line.split())
    for line in """
    start begin commence launch
    end finish expire terminate close stop
    terminate cancel end
    buy purchase acquire
    pay paid payment spend spent debit
    sell sale
    big large great
    price cost fee charge rate
    worth value valued
    salary wage pay earnings
    revenue sales turnover
    profit earnings income
    employ employee staff worker personnel
    author write wrote written
    found founded founding establish create set
    build built construct erect
    die died death dead
    born birth
    kill killed
    live lived reside inhabit
    begin began begun
    win won victory
    lose lost loss
    phone telephone tel
    fax facsimile
    email mail
    address street
    car vehicle
    rent rental lease
    location site place
    maximum max most highest
    minimum min least lowest
    average mean
    reason cause because
    aim goal purpose objective
    approximately about around roughly
    film movie
    doctor physician
    weigh weight heavy
    high height tall
    loud noise noisy
    long length
    old age
    deep depth
    fast speed
    hot temperature
    fire fired firing
    open opened opening
    study learn learned
    speak speaks language languages
    """.strip().splitlines()
)
LENGTH_UNITS = (
    r"met(?:re|er)s?|kilomet(?:re|er)s?|centimet(?:re|er)s?|millimet(?:re|er)s?|[kcm]?m|feet|foot|ft|miles?"
    r"|inch(?:es)?|yards?"
)
# What is measured, as a question names it, and the units of its values.
MEASURES = tuple(
    (re.compile(rf"\b(?:{names})\b", re.IGNORECASE), re.compile(rf"(?<![^\W\d_])(?:{units})(?![^\W\d_])"))
    for names, units in (
        ("voltage", r"volts?|k?V"),
        ("current", r"amperes?|amps?|m?A"),
        ("temperatures?|how (?:hot|cold|warm)", r"degrees|°|° ?[CF]|kelvin"),
        ("weights?|weighs?|how heavy|mass", r"kilograms?|grams?|k?g|tonnes?|tons?|lbs?"),
        ("power|output|wattage", r"watts?|kilowatts?|megawatts?|[kM]?W|horsepower"),
        ("heights?|widths?|depths?|how (?:high|tall|wide|deep|thick)", LENGTH_UNITS),
        (
            "lengths?|distances?|how (?:long|far)",
            rf"{LENGTH_UNITS}|hours?|minutes?|seconds?|days?|weeks?|months?|years?",
        ),
        (
            "prices?|costs?|fees?|rent|salary|how expensive",
            r"[$€£¥]|dollars?|euros?|pounds?|francs?|yen|kron(?:er?|or)|zlotys?|USD|EUR|GBP|cents?|pence",
        ),
        ("percentages?|percent|proportion|percentiles?", r"%|per ?cent"),
        ("capacity|volume|holds?|how (?:big|large)", r"lit(?:re|er)s?|gallons?|millilit(?:re|er)s?|ml"),
        ("noise(?: level)?|how (?:loud|noisy)", r"decibels?|dB(?:\(?A\)?)?"),
        ("frequency", r"[kMG]?Hz|hertz"),
        (r"(?<=\bhow )old|age", r"[Bb]orn|years? old|[Aa]ged? \d+|[Bb]uilt|[Ff]ounded|dates? (?:from|back)"),
        ("pressure", r"bars?|pascals?|[kM]?Pa|psi"),
        ("periods?|durations?", r"minutes?|hours?|days?|nights?|weeks?|months?|quarters?|years?"),
        ("e-?mail(?: address)?", r"@\S+"),
        ("(?:tele)?phone|mobile|call|ring|hotline|contact", r"(?<!\d)(?!\d{4} ?[-/] ?\d{4}(?!\d))\+?\d[\d ()/-]{6,}\d"),
        (
            "open(?:s|ing)?|clos(?:e|es|ed|ing)|hours",
            r"(?:\d{1,2}(?:[:.]\d\d)? ?(?:[ap]\.?m\.?|hrs)?|noon) ?(?:to|-|–|until|and)"
            r" ?(?:\d{1,2}(?:[:.]\d\d| ?[ap]\.?m)|noon|midnight)|(?:from|between) \d{1,2} (?:to|and|until) \d{1,2}",
        ),
    )
)
UPPER_BOUND = re.compile(
    r"\b(?:(?:not|never|no|n['’]t)\b[^.;:]{0,60}?\b(?:more|longer|higher|heavier|larger|further|later) than"
    r"|at (?:the )?most|up to|not exceed(?:ing)?|limit(?:ed)? (?:of|to))\b",
    re.IGNORECASE,
)
LOWER_BOUND = re.compile(
    r"\b(?:(?:not|never|no|n['’]t)\b[^.;:]{0,60}?\b(?:less|fewer|shorter|lower|lighter|smaller|earlier) than"
    r"|at least)\b",
    re.IGNORECASE,
)
BOUNDS = (
    (
        re.compile(r"\b(?:greatest|largest|highest|heaviest|longest|maximum|max|most|limit)\b", re.I),
        UPPER_BOUND,
    ),
    (re.compile(r"\b(?:least|smallest|lowest|lightest|shortest|minimum|min|fewest)\b", re.I), LOWER_BOUND),
)
"""Words of a question for a bound, and how a text sets one: "not more than 40 guests" is their largest number."""
NEGATIVE = re.compile(
    r"\b(?:not|no(?!-(?!one\b)[a-z])|never|neither|nor|no(?:ne|body)|without|cannot|nothing)\b|n['’]t\b|\bnon-",
    re.IGNORECASE,
)  # a "no-claims discount" denies nothing
NEGATED_QUESTION = re.compile(
    r"\b(?:not|never|neither|without|no longer|cannot|except|nothing|no(?:body))\b|n['’]t\b|\bnon-|\bno (?!\.)", re.I
)
NUMBER = re.compile(
    r"\d|\b(?:zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    r"|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundreds?|thousands?|millions?"
    r"|billions?|half|third|quarter|dozens?|several|both|once|twice|no(?! longer\b| more\b| later\b))\b",
    re.IGNORECASE,
)
DATE = re.compile(
    r"\b(?:1[0-9]{3}|20[0-9]{2})s?\b|\b\d{1,2}(?::|\.)\d\d\b|\b\d{1,2} ?[ap]m\b|\b[ap]\.m\b|\bo['’]clock\b"
    r"|\b(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)(?:\.|uary|ruary|ch|il|e|y|ust|tember|ober|ember)?\b|(?-i:\bMay\b|\bMAY\b)"
    r"|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\b(?:centur(?:y|ies)|decades?|spring|summer|autumn|winter|noon"
    r"|midnight|morning|afternoon|evening|daily|weekly|monthly|annually|hours?|days?|weeks?|months?|years?)\b",
    re.IGNORECASE,
)
# "From 7 to 10", with no unit after it.
HOURS = re.compile(
    r"\b(?:from|between) \d{1,2}(?:[:.]\d\d)? (?:to|and|until) \d{1,2}(?:[:.]\d\d)?(?=\W*$|[,;)]| (?:and|on|in|from|at"
    r"|or)\b| ?o['’]clock)",
    re.IGNORECASE,
)
FREQUENCY = re.compile(
    r"\b\d+ (?:in|of) \d[\d,]*"
    r"|\b(?:every|each|once|twice|times|hourly|daily|nightly|weekly|monthly|quarterly|yearly|annual(?:ly)?|always|never"
    r"|(?:an?|per) (?:hour|day|night|week|month|quarter|year)|on (?:mon|tues|wednes|thurs|fri|satur|sun)days?)\b",
    re.IGNORECASE,
)
PLACE = re.compile(
    r"\b(?:in|at|on|near|from|to|outside|inside|between|along|across|through|behind|under|over|beside|above|below|into"
    r"|off|within|around|throughout|beneath|via)\b|\b\d+ \w+ (?:street|road|lane|avenue|square)",
    re.IGNORECASE,
)
REASON = re.compile(
    r"\b(?:because|since|as|due|to|so|for|reasons?|caus\w+|owing|result\w*|lead\w*|led|therefore|thus|hence|by|purpose"
    r"|aim\w*|order|allow\w*|enabl\w*|prevent\w*|avoid\w*|motivat\w+|makes?)\b",
    re.IGNORECASE,
)
NAME_RUN = re.compile(
    r"\b[A-Z][\w’'.-]*(?:[ -](?:(?:of|the|de|von|van|and|du|la|del) (?=[A-Z0-9]))?[A-Z0-9][\w’'.-]*)*"
)
PERSONS = frozenset(
    map(
        stem,
        """employees staff workers residents inhabitants members participants patients guests visitors passengers
        children pupils students women men adults persons names volunteers households""".split(),
    )
)
"""Stems of words by which a text counts people."""
HOW_MANY = re.compile(r"\bhow many (\w+)(?: (\w+))?|\bnumber of (\w+)(?: (\w+))?", re.IGNORECASE)
ASKED_KIND = re.compile(
    r"\b(?:what|which)(?: (?:other|kinds? of|types? of|sorts? of))? (\w+)(?: of (\w+))?", re.IGNORECASE
)
# "What is the account number?" asks for a number, of which the page may say only "account 40-11".
HOW_MUCH = re.compile(r"\bhow much\b", re.IGNORECASE)
ASKS_MONEY = re.compile(
    r"\bhow (?:much\b.*\b(?:costs?(?!-)|paid|pay|spent|spend|earn(?:ed|s)?|charged?|donated?|sold|bought|worth)\b"
    r"|expensive\b|much (?:is|was) it to\b)"
    r"|\b(?:what|which|how (?:much|high)) (?:is|are|was|were) (?:the|its|their) (?:[\w-]+ ){0,2}"
    r"(?:prices?|costs?(?!-)|fees?|rent|salary)\b"
    r"|\bwhat (?:do|does|did|will|would) [\w -]+ cost\b|\bwhat (?:is|are|was|were) [\w -]+ worth\b",
    re.IGNORECASE,
)
MONEY = re.compile(
    r"[$€£¥₹]|\b(?:dollars?|euros?|pounds?|francs?|yen|rupees?|crowns?|kron(?:er?|or)|zlotys?|cents?|pence|USD|EUR|GBP|CHF|JPY|INR|Rs|crores?|lakhs?"
    r"|free|no charge|free of charge|for nothing)\b|\b(?:millions?|billions?)\b",
    re.IGNORECASE,
)
VALUE_NOUN = re.compile(
    r"^\W*(?:what|which)(?:['’]s| is| are| was| were) (?:the|its|his|her|their|your|my) (?:[\w-]+ )*?"
    r"(number|name|address|date|title|code|id|amount|value)s?\b",
    re.IGNORECASE,
)
CAPITALISED = re.compile(r"\b[A-Z][\w’'-]+")
KINDS = (
    ("reason", re.compile(r"\b(?:why|how come|for what reasons?)\b", re.IGNORECASE)),
    ("frequency", re.compile(r"\bhow (?:often|frequently)\b", re.IGNORECASE)),
    ("count", re.compile(
        r"\b(?:how many|(?<!phone )(?<!telephone )(?<!mobile )(?<!fax )(?<!account )(?<!invoice )number of"
        r"(?! (?:the|this|my|our|your|its|an?) ))\b", re.I)),
    ("number", re.compile(
        r"^\W*(?:what|which)(?:['’]?s| is| are| was| were) (?:the|its|his|her|their|your|my) [\w -]*?"
        r"(?:number|amount|code)\b"
        r"|\b(?:phone|telephone|mobile|fax|account|invoice) number\b"
        r"|\b(?:how (?:much|high|tall|long|large|big|heavy|deep|wide|far|fast|old|hot|cold|expensive|loud|thick)"
        r"|(?:what|which) (?:percentage|percent|share|proportion|temperatures?|price|amount|voltage|speed)"
        r"|(?:what|which) (?:diameter|length|height|width|depth|weight|distance|pressure|capacity|power|frequency"
        r"|thickness|score|percentile)(?= (?:is|are|was|were|must|do|does|did|can|should|has|have|had|of|for)\b)"
        r"|what (?:is|are|was|were) [\w -]+ worth"
        r"|what (?:do|does|did|will|would) [\w -]+ (?:cost|weigh|(?:spend|earn|charge|owe)"
        r"(?= (?:in|last|this|per|a|each)\b|\W*$)))\b", re.IGNORECASE)),
    ("date", re.compile(
        r"^\W*(?:until|till|since|from) when\b"
        r"|\b(?:when|(?:what|which) (?:year|date|day|month|century|decade|time|hour|season))\b(?<!\w when)"
        r"|^when\b", re.IGNORECASE)),
    ("name", re.compile(r"\b(?:who|whom|whose)\b(?<!\w\w who)|^who\b", re.IGNORECASE)),
    ("place", re.compile(r"\b(?:where|(?:what|which) (?:city|country|town|region|street|building))\b", re.IGNORECASE)),
)  # fmt: skip
