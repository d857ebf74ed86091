"""Words of opposite directions, in English and German, with some in French and Spanish."""

from __future__ import annotations

# Each pair of texts: one direction and its opposite, as beginnings of words; "=" after a word means the whole word,
# "~" also that it only agrees with its own side.
AXES = {
    "amount": (
        "ris= rise= rises= rose= peak= peaks= peaked= risen= rising= increas grow= grows= grew= grown= growing= "
        "growth= climb gain gaining= gained= surg soar jump= jumped= jumps= expand= expands= expanded= expanding= "
        "expansion= more= higher= highest= larger= largest= greater= greatest= bigger= longer= above= exceed upward "
        "up= double= doubled= tripl maximum= most= majority= over= rais improv steig stieg gestiegen wachs wuchs "
        "gewachsen zunahm zunehm zugenommen zulegt zulegen zugelegt erhöh höher höchst größer größt mehr= mehrheit "
        "verbesser überstieg übersteig verdoppel maximal augment hausse plus= crec aument más= mayor=",
        "fall= falls= fell= fallen= falling= decreas declin drop= drops= dropped= dropping= reduc shrink shrank "
        "shrunk shrinks= less= fewer= lower= lowest= lowers= lowered= smaller= smallest= shorter= below= downward "
        "down= halv cut= cuts= sank= sink= sunk= plung plummet minimum= least= minority= under= worsen degrad "
        "deteriorat slump contract= contracted= lost= loses= lose= losing= fiel= fielen= sanken= fällt= gefallen "
        "sinkt= sinken= gesunken abnahm abnehm abgenommen verringer gesenkt senk niedriger niedrigst kleiner kleinst "
        "weniger= minderheit verschlechter geringer reduzier rückgang zurückg verlor= verlier verlust minimal diminu "
        "baisse moins= dismin menos= menor=",
    ),
    "quality": (
        "better= best= improv regain recover outperform surpass beat= beats= beaten= superior stronger= strongest= "
        "ahead= win= wins= won= excel enhanc benefit boost gain strengthen advantage success succeed succeeds= "
        "succeeded= above~ positive= besser beste= besten= verbesser übertr überlegen vorteil erfolg positiv gewann "
        "gewinn mejor mieux meilleur",
        "worse= worst= worsen degrad underperform inferior weaker= weakest= behind= lose= loses= lost= deteriorat "
        "harm hurt= hurts= impair weaken disadvantage fail= fails= failed= failure= failures= lag= lags= lagged= "
        "trail= trails= trailed= negative= schlechter schlechtest verschlechter unterlegen nachteil misserfolg "
        "scheiter negativ verlor verlier peor pire below~ short~",
    ),
    "time": (
        "before= prior= earlier= earliest= preced previously= vor= bevor= vorher= früher avant= antes=",
        "after= afterwards= later= latest= follow subsequent nach= nachdem= nachher= später après= después=",
    ),
    "presence": (
        "includ with= contain add= adds= added= adding= enabl grant= grants= granted= granting= award allow permit "
        "accept approv appl present= mit= enthält erlaub zustimm zugestimmt billig genehmig",
        "exclud without= omit remov disabl prohibit forbid forbids= forbidden= ban= bans= banned= reject refus deni "
        "deny absen ohne= ablehn abgelehnt verbot verbiet verboten ausgeschlossen",
    ),
    "beginning": (
        "begin= begins= began= begun= start= starts= started= starting= open= opens= opened= opening= launch first= "
        "found= join= joins= joined= enter= entered= erst= erste= ersten= begann beginn eröffn",
        "completed= abgeschlossen fertiggestellt quell= quelled= end= ends= ended= ending= stop= stops= stopped= clos "
        "close= closed= closes= finish last= abolish left= leave= leaves= letzt endet endete beendet schließ schloss "
        "geschlossen",
    ),
    "place": (
        "north= northern= nord= nördlich east= eastern= öst östlich left= upper= top= inside= internal= interior= "
        "inner=",
        "south= southern= süd südlich west= western= westlich right= bottom= outside= external= exterior= outer=",
    ),
    "share": (
        "major= majority= common= abundant= plentiful= frequent= frequently= often= usually= strong= strongly= high= "
        "large= sizable= sizeable= long= hot= warm= old= older= fast= faster= heavy= rich= wide= deep= easy= cheap= "
        "early= true= legal= public= hard= häufig= hoch= hohe= hohen= groß= große= großen= lang= lange= schnell= "
        "schneller= alt= älter=",
        "minor= minority= rare= rarer= rarest= scarce infrequent= rarely= seldom= weak= weakly= low= small= short= "
        "cold= cool= young= younger= slow= slower= light= poor= narrow= shallow= difficult= expensive= late= false= "
        "illegal= private= soft= selten= niedrig= niedrige= niedrigen= klein= kleine= kleinen= kurz= kurze= langsam= "
        "langsamer= jung= jünger=",
    ),
    "keeping": (
        "keep= keeps= kept= retain preserv surviv conserv behielt behalten bewahr überleb",
        "remov delet discard destroy demolish eliminat filter lose= loses= lost= entfern zerstör verlor verlier",
    ),
    "founding": (
        "introduc establish create= created= eingeführt führte einführ gegründet",
        "abolish scrap scrapped discontinu repeal abgeschafft aufgehoben abschaff",
    ),
    "gravity": (
        "severe= severely serious fatal= lethal= schwer= schwere= schweren= schwerer= lebensgefährlich",
        "mild= mildly slight= slightly minor= harmless leicht= leichte= leichten= leichter= harmlos",
    ),
    "length": (
        "lengthen extend prolong widen broaden verläng verbreiter ausgeweitet",
        "shorten curtail narrow= narrows= narrowed= verkürz gekürzt verengt",
    ),
    "trade": (
        "buy= buys= bought= purchas repurchas acquir kauft= kaufte= kauften= gekauft erwarb erworben",
        "sell= sells= sold= issued= issues~ verkauf veräußer",
    ),
    "speed": (
        "accelerat hasten beschleunig",
        "slow= slows= slowed= decelerat delay= delays= delayed= verlangsam verzöger",
    ),
    "support": (
        "agree= agrees= agreed= support= supports= supported= endors welcom befürwort unterstütz begrüß",
        "disagree oppos object= objects= objected= criticis criticiz condemn reject ablehn abgelehnt widersprach "
        "widersprech kritisier",
    ),
    "confirming": (
        "confirm corroborat bestätig",
        "refut contradict disprov widerleg dement",
    ),
    "arrival": (
        "arriv enter= entered= enters= ankam= ankommen",
        "depart left~ withdr verließ",
    ),
    "joining": (
        "connect attach join= joins= joined= unite= united= verbind verbund",
        "disconnect separat detach getrennt trennt=",
    ),
    "staff": (
        "hire= hires= hired= appoint recruit eingestellt",
        "fired= dismiss resign entlass gekündigt",
    ),
    "judgement": (
        "praise= praised= prais acclaim commend applaud lob= lobte gelobt",
        "criticis criticiz condemn blame= blamed= kritik kritisier tadel",
    ),
    "levy": (
        "rebat refund discount= discounts= bonus= bonuses= rabatt= rabatte=",
        "fee= fees= surcharg penalt fine~ fined= gebühr= gebühren= zuschlag=",
    ),
    "safety": (
        "safe= safely harmless ungefährlich",
        "unsafe danger hazard gefährlich",
    ),
    "width": (
        "wide= wider= widest= broad= broader= breit= breiter=",
        "narrow= narrower= narrowest= schmal= schmaler=",
    ),
    "weight": (
        "heavy= heavier= heaviest= schwer= schwerer=",
        "light~ lighter= lightest= leichter=",
    ),
    "depth": (
        "deep= deeper= deepest= tiefer= tiefste=",
        "shallow= shallower= shallowest= flacher=",
    ),
    "age": (
        "old= older= oldest= älter= ältere= älteste=",
        "young= younger= youngest= newer= newest= jünger= jüngste=",
    ),
    "pace": (
        "fast= faster= fastest= quicker= schneller=",
        "slow~ slower= slowest= langsamer=",
    ),
    "price": (
        "expensive= dearer= teurer= teuerste=",
        "cheap= cheaper= cheapest= billiger= günstiger=",
    ),
    "nearness": (
        "near= nearer= nearest= close~ closer= closest= näher=",
        "far~ farther= further~ farthest= weiter~",
    ),
    "moisture": (
        "wet= wetter= damp= moist= feucht= nass=",
        "dry= drier= dried= trocken= trockener=",
    ),
    "filling": (
        "full~ voll~",
        "empty= emptied= leer=",
    ),
}  # fmt: skip
