"""The kinds of questions: labelled questions of every kind, and the parts that are told of them."""

from __future__ import annotations

from collections import Counter

import pytest

from graph.query.understanding import understand

LABELLED = {
    "greeting": """
        hello|Hi there!|good morning|Hey, how are you?|thanks|Thank you very much!|Many thanks for your help
        |ok thanks|bye|Guten Tag|merci beaucoup|hola|What can you do?|who are you?|great, thank you|help
        |good evening everyone|cheers|nice to meet you|What can I ask here?
    """,
    "library": """
        What documents do you have?|Which files have been uploaded?|List all documents.
        |how many documents are there?|Show me your sources|What is in the library?|Which papers can you search?
        |what have you read so far?|How many PDFs do you know?|Welche Dokumente gibt es?
        |Can you list the files you have?|which documents are available right now?
    """,
    "document": """
        How many pages does this document have?|How long is the report?|What is the page count of winch.pdf?
        |How many pages are in it?|What is the title of this paper?|What is this document called?
        |Who wrote this report?|Who are the authors?|Who is the author of the manual?
        |When was this paper published?|When was it written?|What is the date of the letter?
        |How old is this document?|Summarise this document.|Please summarize the report|Give me a short summary
        |What is it about?|What's this paper about?|tldr|What are the main points?
        |What is the key message of the study?|What does the document cover?|Give me an overview of this report
        |Show the table of contents|What is the outline of the document?|What chapters does the book have?
        |List the sections|How is the report structured?|Which tables does the document have?|List all tables
        |How many tables are there in this paper?|What figures are there?|List the figures
        |How many images does it contain?|Are there any charts in the report?|Show me all figures in this paper
        |What are the main findings?|Into which chapters is the book divided?
        |Could you summarise it in three sentences|What topics does this document cover?|Describe this document
        |title?|how many pages?|number of figures|table of contents please|Which clauses are there?
        |How many slides are there?|What is this presentation about?|Who gave the talk?|When was the plan revised?
        |What sections does the CV have?|Which chapter is on page 9?|Which tables are on page 4?
        |What are the subsections of section 2?|What is the heading of section 2.3?|Who produced this document?
        |What kind of document is this?|What is the slide deck called?|Who is this letter from?
        |What are the limitations?|What are the main contributions of this paper?|what is the conclusion
        |What are the next steps?|What did they try that didn't work?|List the recommendations
        |What do the authors conclude?
        |Summarise the lease in a few sentences|Is there an image on page 3?|Are there tables in this form?
    """,
    "place": """
        What is on page 3?|page 12|What does page 7 say?|Show me page iv|What stands on page vi?
        |What does section 4.1 say?|Section 2.3
        |What does clause 6.2 say?|clause 11|Read article 2.3.1.2|What does article 5 regulate?
        |What does Figure 1 show?|Figure 3|What is shown in figure 2?|Table 5|What is in Table 2?
        |Explain table 4|What does chapter 9 deal with?|Quote paragraph 14|What does appendix B contain?
        |Describe Fig. 6|What is written on page 20?|Summarise section 3|What can be seen in Figure 4?
        |Open page 2 please|what does § 7 state?|What is on slide 5?|Tell me what page 13 says.
        |What is on the last page?|What does the first figure show?|What is on printed page 4?
        |On which page is Table 4?|On what page does section 3 start?|Where can I find the bibliography?
        |Where is the glossary?|On which page is the deposit mentioned?|what's on page 6 of the report?
    """,
    "documents": """
        Which document mentions the winch?|In which report is the harbour fee given?|Compare the two reports.
        |Which of these contracts ends first?|What do both papers say about tides?
        |In what file is the invoice number?|How do the three studies differ?
        |Compare the rent in the two contracts|Which of the files names a captain?
        |Summarise all the documents together|What is the difference between the two reports?
        |Across all documents, what is said about rust?
    """,
    "table": """
        Which lake has the highest salinity?|Which mill uses the least water?|What is the largest barge?
        |Which of the ferries has the second highest fare?|Which quarries have an output above 500 t?
        |Which wells are deeper than 40 m?|How many sheds have more than 12 stalls?
        |How many of the farms have a yield below 3.5?|What is the sum of the wages over all crews?
        |What is the total number of visitors altogether?|What is the average depth of the ponds?
        |What is the mean wind speed in June?|What is the difference in height between Aru and Bem?
        |How much more rain fell in Dell than in Fenn?|What is the ratio of oats to barley?
        |How many times the fare of Orra is that of Pell?|Which is heavier, the bell or the anchor?
        |Who has more boats, Ulf or Sven?|By how many points does model A beat model B?|Is the level above 3.2?
        |Which tower is the tallest?|List the stations with a flow below 9.|Name the month with the lowest sales
        |Which town has the most bakeries?|Which pier has the longest jetty?
        |Which courses cost less than 90 euros?|What was the highest level of the year?
        |Show all pumps with a head of at least 30 m|Which boat was the fastest?|What is the maximum load?
    """,
    "value": """
        What is the rent of the boathouse?|How much does a tide table cost?
        |What was the revenue of the mill in 2019?|How high is the dam?|What is the voltage of the KX-7?
        |How long is the tunnel?|How long is the lease?|What is the melting temperature of the glaze?
        |How far is the buoy from the pier?|What is the population of Nether Wick?|How deep is the basin?
        |What fee is charged for late returns?|At what temperature is clay fired?|Orchard fund: opening balance?
        |How much sugar is in the syrup?|What is the interest rate of the loan?
        |What was the net profit for 2021?|How wide is the gate?|What salary does the keeper receive?
        |How fast does the tram go?|What is the weight of the crane?|How old is the oak?
        |What is the speed limit on the quay?|What percentage of the eggs hatched?
        |How often is the filter changed?|What is the length of the rope?
    """,
    "who": """
        Who founded the brewery?|Who is the harbour master?|Whose signature is on the lease?
        |By whom was the bridge designed?|Which company built the lift?|Which king granted the charter?
        |Who was elected in 1911?|Whom should I contact about keys?|Who pays for repairs?
        |Which person signed first?|Who discovered the spring?|To whom does the meadow belong?
        |Which minister opened the dock?|Who invented the loom?|Who can end the lease?
        |Which scientist measured the tide?|Who led the expedition?|Who wrote the song of the ferry?
        |Who gave the speech at the opening?
    """,
    "when": """
        When does the lease end?|When was the chapel built?|In what year did the mill burn down?
        |On which date is the meeting?|What year was the canal dug?|At what time does the ferry leave?
        |Since when is the road closed?|In which century was the abbey founded?|When is the rent due?
        |Which day is market day?|What month does the season start?|By what date must the form be returned?
        |When did the strike begin?|How long ago was the well sealed?|In which decade did the railway arrive?
        |What date was agreed?|When will the lift be repaired?|When was the treaty of Wick signed?
        |When was the plan of the mill drawn?
    """,
    "where": """
        Where is the spare key kept?|In which city was the treaty signed?|Where does the river rise?
        |What country exports the ore?|In what building is the archive?|Where can I park?
        |Which town lies north of the lake?|Where was the bell cast?|From where did the settlers come?
        |In which county is the quarry?|Where are the lifeboats stored?|Which region grows the hops?
        |Where did the fire start?|Where is the chapter house of the abbey?
        |On what page or where is the oil drained?|In what place is the stone?
    """,
    "how_many": """
        How many rooms does the inn have?|How many people died in the flood?|What number of tickets was sold?
        |How many bells hang in the tower?|What is the number of employees?|How many years did the siege last?
        |How many species were counted?|How many seats has the council?|How many times did the pump fail?
        |How many children did Ada have?|How many votes were cast?|How many lanes cross the bridge?
        |How many staff work at night?|How many figures did he carve?|How many sections of the road are closed?
        |How many eggs are in a clutch?|How many steps lead to the crypt?
    """,
    "yes_no": """
        Is smoking allowed in the barn?|Does the lease include water?|Are dogs permitted on the beach?
        |Can the contract be ended early?|Was the bridge rebuilt?|Did the mill make flour?
        |Must visitors sign the book?|Has the roof been repaired?|Is there a lift?|Do tenants pay for heating?
        |Were any coins found?|May I keep bees?|Should the valve stay open?|Does the boiler need oil?
        |Will the path be closed?|Is the water safe to drink?|Have the tests been passed?
        |Are the doors locked at night?|Could the tower fall?|And is breakfast included?
    """,
    "why": """
        Why was the quarry closed?|Why do geese fly in a V?|How come the bell is cracked?|What caused the flood?
        |For what reason was he dismissed?|What led to the strike?|Why must the valve be shut?
        |What is the reason for the delay?|What is the purpose of the weir?|Why is the ink brown?
        |What was the cause of the fire?|What made the settlers leave?|Why did the company move?
        |What prompted the inquiry?|Why are the walls white?
    """,
    "definition": """
        What is a weir?|Define ballast.|What does RCD stand for?|What is meant by fair wear?
        |What is the meaning of demurrage?|What is tidal range?|How is net income defined?
        |What does the term lay days mean?|What is an antigen?|Definition of freeboard|Explain the term laytime
        |What are antibodies?|What is a turing machine?|What is photosynthesis?|What does HTTP stand for?
        |What is osmosis?
    """,
    "list": """
        List the duties of the keeper.|Name the four seasons of the trade.|What are the conditions for a refund?
        |Which languages does she speak?|What steps are needed to bleed the brake?
        |Give me all reasons for rejection|Enumerate the exits.|What are the stages of brewing?
        |Which tools are required?|What kinds of wood are used?|Mention the risks of the trade
        |What were the results of the vote?|What are its tributaries?|Identify the parties to the lease
        |Which documents must be enclosed?|What types of licence exist?|Show me the ingredients
        |What are the rules for guests?|Which rights does the tenant have?|What ways are there to pay?
    """,
}
SET = [(" ".join(q.split()), kind) for kind, text in LABELLED.items() for q in text.split("|")]


def test_kinds_are_told() -> None:
    """At least 300 questions; the share below is what the rules reach today, rounded down."""
    assert len(SET) >= 300
    wrong = [(question, kind, told) for question, kind in SET if (told := understand(question)["kind"]) != kind]
    by_kind = Counter(kind for _, kind, _ in wrong)
    assert len(wrong) <= 0.06 * len(SET), (by_kind, wrong)


def test_no_question_of_fact_is_answered_from_the_structure() -> None:
    """A wrong greeting or description costs an answer, so these kinds are told strictly."""
    strict = {"greeting", "library", "document", "place"}
    assert not [q for q, kind in SET if kind not in strict and understand(q)["kind"] in strict]


@pytest.mark.parametrize(
    ("question", "part", "told"),
    [
        ("What was the revenue of Tarn Mill in 2019?", "entities", ["Tarn Mill", "2019"]),
        ("What was the revenue of Tarn Mill in 2019?", "time", ["2019"]),
        ("What was the revenue of Tarn Mill in 2019?", "attribute", "revenue"),
        ("What does Fig. 6 show?", "place", "figure 6"),
        ("What does article 2.3.1.2 say?", "place", "article 2.3.1.2"),
        ("Show me page iv", "place", "page iv"),
        ("What is on slide 3?", "place", "page 3"),
        ("what does it say on page three?", "place", "page 3"),
        ("What is on the last page?", "place", "page last"),
        ("What does the second figure show?", "place", "figure 2"),
        ("On which page is Table 4?", "aspect", "location"),
        ("What are the subsections of section 2?", "place", "section 2"),
        ("How many pages has it?", "place", ""),
        ("How many kilometres is it to Wick?", "unit", "kilometres"),
        ("Who wrote it?", "aspect", "authors"),
        ("Does any of my letters mention a shed?", "kind", "documents"),
        ("Where is the word shed mentioned?", "kind", "documents"),
        ("Where is the shed that he mentioned?", "kind", "where"),
        ("Into which chapters is the book divided?", "aspect", "outline"),
    ],
)
def test_parts_are_told(question: str, part: str, told: object) -> None:
    assert dict(understand(question))[part] == told
