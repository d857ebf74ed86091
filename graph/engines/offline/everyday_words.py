"""Everyday words of a question, and the formal ones by which a page may name them.

A line is `asked : written`, and is used in this direction only: a question about "getting out of" a contract is
answered by how it is "terminated", while a page does not call that "getting out". An underscore joins the words of a
phrase, all of which have to stand in the sentence.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import lru_cache

from graph.storage.fulltext import stem

MOST_WORDS = 14
"""Words of the longest question in everyday words."""
_NAME = re.compile(r"[A-Z0-9](?!['’]|\W*$)")
_DAY = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?\b|Christmas\b|Easter\b|New\b(?= Year)")
_ONESELF = re.compile(r"\b(?:i|i['’]m|me|my|mine|myself|we|us|our|you|your)\b", re.I)
_WRITTEN = """
people person guy guys : persons individuals guests members occupants residents visitors participants passengers
people person guy guys : households attendees
kid kids child children : minors infants dependants pupils under-age
grown-up grownup adult adults : aged persons_over
wife husband partner spouse : spouse partner married
boss supervisor : manager superior supervisor head line_manager
job work : employment position occupation post workmanship role duties
quit resign leaving leave : resign resignation step_down terminate termination notice depart retire withdraw vacate
quit resign leaving leave : hand_notice
fired sacked dismissed : terminate termination dismissal dismissed
pay paid paying payment : payable due remit transfer instalment settle borne bears fee free charge amount remuneration
pay paid paying payment : price admission
salary wage wages money : remuneration pay salary compensation balance funds
money cash : balance funds budget sum amount income
money : refund refunds refunded reimbursed
look looks looked looking : care cares cared caring
fit fits hold holds : room capacity space litres
free : for_nothing without_charge
transport : bus train tram metro underground ferry coach
laundry dry : washing hung clothes
basement : cellar
tent tents caravan pitch : camping camp campsite
cost costs price much expensive : fee charge rate premium price tariff fare amount
owe owing : due payable outstanding total
bill bills : invoice statement account
discount rebate cheaper reduction : discount reduction rebate reduced concession
early earlier beforehand : in_advance ahead prior before advance
before : in_advance ahead prior notice advance
late overdue behind : overdue outstanding after delay delayed arrears belated
fast quick quickly soon : within promptly immediately delay hours days
long : duration period term days weeks months years hours minutes
after : within following upon
old : age aged
young : age aged
big large size : capacity area dimensions volume
heavy : weight kg weighs
loud noisy : noise decibels sound level
tall high : height
hot cold warm : temperature degrees
fix fixes fixed fixing mend mends repair repairs : repair maintenance maintain restore good_repair rectify
broken break breaks broke damaged : defect defective damage fault malfunction failure broken_down out_of_order
clean cleaning cleaned : rinse wash wipe cleanse descale
wash washing : rinse launder clean
dirty : soiled stained
stripes marks spots : streaks stains marks
heating heater : boiler radiator furnace heat
throw bin trash rubbish garbage : dispose disposal waste refuse discard
flat apartment house home place : premises tenancy residential dwelling property residence building accommodation
live living stay staying : residence residential reside occupied occupy inhabit accommodation
move moving : vacate removal relocate relocation handover
landlord owner : lessor proprietor
rent rented renting : sublet lease tenancy hire subletting rental
someone somebody anyone else : third party subletting transfer another
room rooms : premises accommodation
roommate flatmate : occupant co-tenant subtenant
key keys : handover
pet pets : animals dogs cats animal
smoke smoking : smoking tobacco
fire fires : bonfire bonfires flames open_flames
bike bikes bicycle : bicycle cycle
car cars : vehicle vehicles motor
boat boats ship : ferry vessel sailing sailings
train bus trains buses : service departure departs
trip trips holiday : journey travel tour stay
vacation vacations holiday holidays : leave
dayoff daysoff off : leave absence
sick ill unwell : sickness illness incapacity absence
doctor doctors doctor's : medical physician practitioner
note : certificate notice
hospital : clinic inpatient
baby pregnant : maternity parental birth
stolen steal theft : theft stolen burglary robbery larceny
lost lose losing : loss lost missing property
bag bags luggage suitcase suitcases lugage : baggage luggage belongings property
phone telephone mobile call ring : telephone phone reached hotline contact tel
contact contacts reach : telephone phone email e-mail address enquiries contact
ask question questions complain complaint : enquiries queries contact complaints addressed ombudsman
help support : assistance service support
customer : service client
cancel canceled cancelled cancelling : withdraw withdrawn withdrawal terminate termination rescind revoke cancellation
cancel canceled cancelled cancelling : cancelled
stop stopping end ending : terminate termination discontinue cease expire expiry
buy bought buying : purchase order acquire sold obtain
sell sold : sale sold
get got receive receives getting : entitled receive obtain granted receipt issued reimbursed provided
back refund refunded : reimbursed refund returned reimbursement repaid repay return
send sent : submit post dispatch forward mail transfer
hand deliver delivered : submit deliver delivery
tell say report : notify inform report announce notified
sign signed : signature executed
start starts begin beginning : commence commences commencement effective valid enters_into_force takes_effect departs
finish over : end expire conclude closes
happen happens happened : consequence
allowed ok okay legal : permitted permissible prohibited forbidden permission consent allowed banned
ban banned forbidden : prohibited forbidden banned
rule rules : regulations provisions policy terms
safe dangerous danger : fit hazard danger risk suitable harmless comply safety
drink drinking : consumption potable drinking
eat eating : consumption food edible
cover covered covers : insured reimbursed reimburse covered excluded cover compensate indemnify benefits
insurance insured : policy cover insured insurance
plan plans package : tariff scheme policy cover
myself yourself : bears own excess insured deductible
in charge responsible : responsible duty charge looks organises supervises led leads heads headed manages managed
responsible : looks_after organises organise duty responsible takes_care coordinates in_charge
organise organises organize organizing : organise responsible arrange coordinates looks_after
leader leads runs : chair head director manager leads
picture photo photos : photograph image portrait
form paper papers paperwork : form application documents document certificate
proof prove : evidence certificate receipt documentation
receipt receipts : receipt voucher invoice
ticket tickets : fare fares ticket admission single return
entry enter entrance : admission entry access
free : free gratuitous no_charge complimentary included
open opening opens : open opening hours
close closes closed shut : closed closing
shop store : office counter outlet
food meal meals lunch dinner : catering refreshments meal breakfast buffet lunch dinner
park parking : parking car park garage
wifi internet online website : internet online portal web website network wireless
password : passcode code password credentials
app software : application app software
computer laptop : device laptop equipment
switch turn turning : activate press switch set power
reset restart : reset restart initialise
charge charging : charging recharge
plug socket : mains connection plug outlet power
dishwasher fridge washer machine oven : appliance machine device unit
machine : appliance device unit
program programs : programme programmes cycle mode
use uses used using : consumes consumption consume
store keep kept put : store stored storage kept placed keep
grow planting plant : sow cultivate plant
cook bake baking : bake cook roast simmer oven
many : number
each apiece : unit per each
quote quotes quotation : quotation quotations offers
waiting wait : waiting queue
vote voted votes : voted favour resolved carried
decided decide agree agreed : resolved decided approved adopted agreed carried
came come attended attend there : present attendance attended attendees
missing absent : apologies absent excused
meeting meet : meeting session held
boss chairing chair : chair chaired presided
club : society association club
team : department team staff
company firm : company firm group corporation employer
employee worker workers : staff employees personnel
study school degree studied : education degree university bachelor master graduated diploma
skills good : skills proficient knowledge
speak speaks language languages : languages fluent native
born birthday : birth born
lives address : address residence
test tests tested testing : analysis examination trial test assay
result results : findings outcome results
high : elevated above exceeds
low : below
limit limits maximum : limit threshold maximum cap exceed
clock : hours
everyday daily : daily day
week weekly : weekly week
dear : expensive
penalty fine fines : penalty surcharge fine fee interest
punished punishment : warning penalty sanction disciplinary
extra additional : surcharge supplement additional
deposit : deposit security
deadline till until latest : deadline later than due by closing
apply applying application : application apply submit submitted request
book booking reserve reserved reservation : booked reservation booking reserve
change changing swap : amend modify alter replace rebook
neighbour neighbours neighbors : neighbours adjoining
noise : noise quiet
garden yard : garden outdoor grounds plot
walls paint painting : paint decorate redecorate colour
lights bulb bulbs : bulbs lamp lamps lighting
toilet bathroom restroom : sanitary washroom toilets
windy wind : winds wind gale
rain raining rainy weather : weather rain storm adverse
guest guests visitors visit tourists tourist holidaymakers : visitors guests
accident accidents : accident incident injury
hurt injured : injury injured harm
die dies died death : death deceased
mistake wrong error : error fault incorrect defect shows displays code
guarantee : guarantee warranty
expire expires expiry : expire valid lapse expiry
lapse lost expire : lapse expire forfeited
name called : name entitled
pill pills tablet : tablet tablets capsule capsules
box packet pack : pack package packet carton
pause freeze interrupt : suspend suspended interruption
bright : luminous brightness lumens
color colors colour colours : colour colours available shades
danger dangers : risk hazard
hobby hobbies : interests
license licence drivers driver : licence license permit
study studied degree graduate : university degree bachelor master
checked check checks : audited audit inspected verified examined reviewed
down drop dropped fell shrink : declined decline decreased fell dropped lower
up : rose grew increased
calories : kcal energy
slice slices : piece portion serving
watts watt : power consumption
leave leaves leaving depart : departs departure sails
arrive arrives back return : return arrival arrives back returns
medicine medicines drugs : medication medicines
bus : coach bus
run runs running sail sails : sailing sailings service operates operate departs
minutes : meeting
class classes : course courses lesson lessons
shareholder shareholders : holders shareholders general
dividend : dividend
new : replacement
throw : dispose disposal waste
cable cord : lead cable cord
makes maker made : manufacturer manufactured produced
outside outdoors : outdoor indoor
friend friends : guests guest companion
afford : hardship fund
weekly : every
boss ceo : chief executive director manager chair
shift shifts : rota roster schedule
fired sacked dismissed : misconduct
necklace earrings earring ring rings bracelet watch watches jewels : jewellery jewelry valuables
laptop phone tv camera console headphones : electronics electronic valuables devices device
wine beer whisky spirits booze : alcohol alcoholic
coffee tea juice soda : beverages beverage drinks
cash coins banknotes : money
sandwich pizza snack snacks cake : food meals
apples pears bananas oranges : fruit
peanuts almonds hazelnuts walnuts : nuts
dog dogs cat cats rabbit hamster puppy kitten : pets pet animals animal
sofa table chair bed wardrobe cupboard : furniture furnishings
motorbike motorcycle scooter moped van lorry truck : vehicle vehicles
petrol gas diesel gasoline : fuel
jacket trousers shirt skirt dress shoes boots hat : clothing clothes dress uniform
wear wearing clothes : clothing dress worn uniform
mum dad mother father parents : parent guardian
son daughter brother sister cousin : relative relatives relation family
hammer drill saw ladder : tools tool equipment
cigarette cigarettes vape vaping : smoking tobacco
quit leave : leave leaving
hobby hobbies spare freetime : free_time spare_time leisure interests
vacation holiday holidays trip : annual_leave leave
dentist eye eyes teeth glasses : dental optical
jab jabs shot shots : vaccination injection vaccine
xray scan : imaging radiology
flood flooded leak leaks leaking : water_damage flooding escape_of_water
blaze burnt burned : fire
rob robbed burgled : theft burglary
smash smashed cracked : broken damaged breakage
check checks checked look looks : inspect inspected inspection examine
owe owes owed : arrears outstanding
order ordered placed : ordered order
unhappy angry complain complains : complained complaint complaints objected
cut chop : fell felled fells prune
sing sings singing : rehearsals rehearse rehearsal
seal gasket : sealing gasket
whole altogether : total
trial : probation probationary
wages paycheck salary : wages salaries salary pay
shipping postage delivery deliver : carriage delivery freight
program set : store programme adjust
speak speaks language languages : mother_tongue mother_tongues
prize prizes award awards won win : award awarded prize medal winner
steep : slope slopes gradient incline
start starts begin begins : from
more : extra additional surcharge
kid kids child children : over_only aged_only
shuts shut shutting : closed closes close
away absent missing off : apologies attending absent
protocol minutes : minutes
powder cream spray : cleaner cleaners
sign poster banner : signs signage advertisement
soccer tennis swimming : sports sport
bucks quid : pounds dollars
wrote written : author prepared
responsible charge runs handles : manager lead
probation : trial_period
exam exams test : examination examinations
teacher teachers teaches teach taught : lecturer lecturers tutor tutors instructor instructors
textbook textbooks : set_book
mandatory obligatory : compulsory mandatory obligatory
siblings sibling : brothers_sisters
famous : known renowned celebrated
decline declined reject rejected refuse refused : turned_down declined rejected refused
calories calorie : kilocalories kcal
rest remaining : balance remainder
stay staying : nights
ask asks asking : questions
builder builds built : contractor builder
"""


def _by_stem() -> dict[str, tuple[frozenset[str], tuple[frozenset[str], ...]]]:
    """Return for each stem of a question the stems that may stand for it, and the phrases."""
    words: dict[str, set[str]] = defaultdict(set)
    phrases: dict[str, set[frozenset[str]]] = defaultdict(set)
    for line in filter(None, _WRITTEN.split("\n")):
        asked, written = (side.split() for side in line.split(":"))
        for word in map(stem, asked):
            words[word] |= {stem(other) for other in written if "_" not in other}
            phrases[word] |= {frozenset(map(stem, other.split("_"))) for other in written if "_" in other}
    return {word: (frozenset(words[word]), tuple(phrases[word])) for word in words}


_WRITTEN_FOR = _by_stem()


def is_written_formally(word: str, held: frozenset[str]) -> bool:
    """Return whether a text, given by its stems, has a formal word for an everyday one."""
    words, phrases = _WRITTEN_FOR.get(stem(word.lower()), (frozenset[str](), ()))
    return not held.isdisjoint(words) or any(phrase <= held for phrase in phrases)


@lru_cache(maxsize=64)
def is_everyday(question: str) -> bool:
    """Return whether a question is short and names nothing by a name or number."""
    words = question.split()
    return len(words) <= MOST_WORDS and not any(_NAME.match(word) and not _DAY.match(word) for word in words[1:])


@lru_cache(maxsize=64)
def asks_for_oneself(question: str) -> bool:
    """Return whether a short question asks what its author may, must or gets: "how many days do I get"."""
    return is_everyday(question) and bool(_ONESELF.search(question))


_CIRCUMSTANCES = re.compile(
    r"^((?:my|i|we|our|the)\b[^,?]{3,40}), (?:how|what|who|when|where|can|may|do|must|is|am|will)\b", re.I
)


@lru_cache(maxsize=64)
def circumstances(question: str) -> frozenset[str]:
    """Return the words of a circumstance that a question begins with: "my bag was stolen, who do I call"."""
    found = _CIRCUMSTANCES.match(question)
    return frozenset(found[1].lower().split()) if found else frozenset()
