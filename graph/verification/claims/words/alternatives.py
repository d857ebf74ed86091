"""A check of words that exclude each other: a claim says "maximum" where its quote says "average".

A claim with a word of a group contradicts a quote that has only another word of this group. English and German words
are known. A finding is a doubt.
"""

from __future__ import annotations

import re
from functools import lru_cache

from graph.verification.claims.assertions.negation import is_negation
from graph.verification.claims.wording import words

# Each line is a group; words between bars mean the same, "*" is any ending.
_GROUPS = """
average* mean durchschnitt* | maximum maximal peak höchst* | minimum minimal mindest* | median | total gesamt*
theoretical* theoretisch* | actual* real practical tatsächlich* wirklich*
permanent* dauerhaft* endgültig* | temporar* provisional* vorübergehend* zeitweise vorläufig*
amply generous* reichlich* | minimally hardly barely scarcely kaum
favorabl* favourabl* beneficial günstig* | adverse* unfavorabl* unfavourabl* harmful ungünstig*
gross brutto* | net netto*
asset assets aktiva | liabilit* passiva
revenue* sales income umsatz* einnahmen | cost costs expense* expenditure* kosten ausgaben
profit profits gewinn* surplus* überschuss* | loss losses lost lose loses verlust* verlor* deficit* fehlbetr*
slight slightly marginal* minor geringfügig* | significant* substantial* considerabl* drastic* far vastly deutlich*
import imports imported einfuhr* | export exports exported ausfuhr*
domestic inländisch* | foreign ausländisch*
public öffentlich* | private privat*
training | testing test | validation
input inputs eingabe* | output outputs ausgabe*
buyer buyers käufer* | seller sellers verkäufer*
employer* arbeitgeber* | employee* arbeitnehmer*
landlord* lessor* vermieter* | tenant* lessee* mieter*
teacher teachers lehrer* | student students pupil* schüler*
impressive excellent outstanding remarkabl* hervorragend* | poor poorly disappoint* mediocre schlecht* enttäuschend*
whole entire complete | portion portions part parts fraction teil teile
born geboren | died dead gestorben starb
upper obere* | lower untere*
horizontal* waagerecht* | vertical* senkrecht*
male männlich* | female weiblich*
unicameral | bicameral
opponent* gegner* | ally allies allied verbündet*
intermittent* sporadic* | continuous* uninterrupted* ununterbrochen* durchgehend*
attack attacks angriff* | retreat retreats rückzug*
gothic gotisch* | baroque barock* | mannerist* manieristisch* | neoclassic* klassizistisch* | romanesque romanisch*
small kleine kleinen kleiner | large big huge große großen großer
northeast* | northwest* | southeast* | southwest*
nordost* nordöstlich* | nordwest* | südost* südöstlich* | südwest* südwestlich*
gain gains | loss losses
wealthy rich affluent reiche* wohlhabend* | poor impoverished arme armen
defensive defensiv* | offensive offensiv*
innate inborn congenital angeboren* | adaptive acquired erworben*
maternal mütterlich* | paternal väterlich*
king könig | queen königin
catholic* katholisch* | protestant* evangelisch* | muslim* muslimisch* | jewish jüdisch* | orthodox* orthodox*
coastal küste* | inland binnen*
indoor indoors | outdoor outdoors
ascending aufsteigend* | descending absteigend*
clockwise | counterclockwise anticlockwise
singular | plural
positive positiv* | negative negativ*
ancient antik* | modern modern*
active aktiv* | passive passiv*
convex konvex* | concave konkav*
deciduous | evergreen
resident residents | visitor visitors besucher*
passenger passengers fahrgäste* | freight cargo fracht*
oral mündlich* | intravenous* | topical
optimist* | pessimist*
maximise* maximize* maximier* | minimise* minimize* minimier*
encrypt* verschlüssel* | decrypt* entschlüssel*
plaintiff* claimant* kläger* | defendant* beklagte*
unanimous* einstimmig* | majority mehrheit*
together jointly collectively gemeinsam* | independently separately individually unabhängig* getrennt
synchronous* | asynchronous*
linear | quadratic | cubic | exponential* | logarithmic*
deterministic* | probabilistic* | nondeterministic*
windward | leeward
seaward seewärts | landward landwärts
inbound | outbound
onshore | offshore
gasoline petrol benzin* | diesel
wooden holz* hölzern* | steel stahl* | concrete beton* | brick ziegel* backstein*
copper kupfer* | silver silber* | gold golden
monday montag* | tuesday dienstag* | wednesday mittwoch* | thursday | friday freitag* | saturday | sunday
spring frühjahr* frühling* | summer sommer* | autumn herbst* | winter winter*
daily täglich* | weekly wöchentlich* | monthly monatlich* | quarterly vierteljährlich* | annual* yearly jährlich*
dozens dutzende* | hundreds hunderte* | thousands tausende* | millions millionen | billions milliarden
hundredth* | tenth* zehntel | fifth fünftel | quarter viertel | third drittel | half hälfte
early earlier earliest früh* | late later latest spät*
north northern nord* nördlich* | south southern süd* südlich* | east eastern ost* östlich* | west western westlich*
written schriftlich* | oral orally spoken mündlich*
older oldest | newer newest
left links linke* | right rechts rechte*
morning vormittag* | afternoon nachmittag* | evening abend* | night nacht*
red rot* | blue blau* | green grün* | yellow gelb* | black schwarz* | white weiß*
internal intern* | external extern*
primary primär* | secondary sekundär*
first erste* | second zweite* | third dritte* | fourth vierte* | last final letzte*
solid fest* | liquid flüssig* | gaseous gasförmig*
required compulsory mandatory obligatory verpflichtend* vorgeschrieben* | recommended advisable optional empfohlen*
abundant plentiful common commonest häufig* | rare rarer rarest scarce scarcest uncommon selten*
developed entwickelt* | developing underdevelop* unterentwickelt*
permitted allowed erlaubt* | prohibited forbidden banned verboten* untersagt*
rural ländlich* | urban städtisch*
manual* manuell* | automatic* automatisch*
voluntar* freiwillig* | compulsory mandatory obligatory required verpflichtend* obligatorisch*
inhibit* suppress* hemm* unterdrück* | strengthen* stimulat* enhanc* boost* promot* stärk* förder*
mouth mündung | source quelle
success* succeed* managed erfolg* gelang* | fail fails failed failure* misserfolg* scheiter* misslang*
"""
_SHORTEST_STEM = 3
_INDEFINITE = re.compile(
    r"\b(several|many|some|few) (hundred|thousand|million|billion)\b|\b(mehrere|einige|viele|wenige) (hundert|"
    r"tausend)\b",
    re.IGNORECASE,
)
"""Magnitudes without a number, which the checks of numbers skip."""

Member = tuple[int, int]
"""The index of a group and that of a meaning in it."""


@lru_cache(maxsize=1)
def _lexicon() -> tuple[dict[str, list[Member]], list[tuple[str, Member]]]:
    """Return whole words, and beginnings of words, with their meanings."""
    whole: dict[str, list[Member]] = {}
    starts: list[tuple[str, Member]] = []
    for group, line in enumerate(_GROUPS.strip().splitlines()):
        for meaning, forms in enumerate(line.split("|")):
            for form in forms.split():
                if form.endswith("*"):
                    starts.append((form[:-1], (group, meaning)))
                else:
                    whole.setdefault(form, []).append((group, meaning))
    return whole, starts


@lru_cache(maxsize=20_000)
def _members(key: str) -> tuple[Member, ...]:
    whole, starts = _lexicon()
    if len(key) < _SHORTEST_STEM:
        return ()
    return (*whole.get(key, ()), *(member for start, member in starts if key.startswith(start)))


def other_alternative(text: str, quote: str) -> str:
    """Return a doubt where a claim has a word that excludes the one of its quote; "" if there is none."""
    held, said = _held(quote), _held(text)
    is_turned = _is_denied(text) != _is_denied(quote)  # "did not succeed" for "failed"
    for (group, meaning), word in said.items():
        others = [(key, other) for key, other in held.items() if key[0] == group]
        is_other = others and (group, meaning) not in held and all(key not in said for key, _ in others)
        if is_other and not (is_turned and _is_of_two(group)):
            return f"the claim says “{word}”, the quote “{others[0][1]}”"
    return ""


def _is_denied(text: str) -> bool:
    return sum(is_negation(word.key) and not word.key.startswith("fail") for word in words(text)) % 2 == 1


def _is_of_two(group: int) -> bool:
    """Return whether a group has two meanings, each the negation of the other."""
    return _GROUPS.strip().splitlines()[group].count("|") == 1


def _held(text: str) -> dict[Member, str]:
    """Return the meanings of a text, each with its first word."""
    found: dict[Member, str] = {}
    plural = _INDEFINITE.sub(lambda one: f"{one[0]}{'s' if one[1] else 'e'}", text)
    for word in words(plural):
        for member in _members(word.key):
            found.setdefault(member, word.text)
    return found
