"""The application's own sentences in English, German, French and Spanish: refusals, greetings, headings.

A question in another language gets the English ones. Statements of answers are quotes and stay as they are written.
"""

from __future__ import annotations

from typing import Literal

from graph.retrieval.languages import language
from graph.verdicts import SENTENCES

Phrase = Literal[
    "nothing_ingested", "nothing_relevant", "fact_absent", "page_unreadable", "model_failed", "closest", "not_read",
    "page", "pages", "and", "related", "hello", "welcome", "ask", "more", "add", "one_document", "documents", "unread",
    "name", "has_pages", "not_read_yet", "due", "struck", "from_image", "from_transcript",
    "from_description", "in_part", "note_dropped_one", "note_dropped", "note_in_part", "note_image", "note_not_proven",
    "note_searched_one", "note_searched", "note_widened",
]  # fmt: skip

_EN: dict[Phrase, str] = {
    "nothing_ingested": "No document has been ingested yet: run `pagewitness ingest FILE` first.",
    "nothing_relevant": "The documents do not answer this question: nothing relevant was found in them.",
    "fact_absent": "The documents mention the subject, but no page supports an answer.",
    "page_unreadable": "The pages that could be read do not answer this question.",
    "model_failed": "The model gave no answer that can be used, which says nothing about the documents.",
    "closest": "The closest pages are: {pages}.",
    "not_read": "Not read in {name}: {pages}.",
    "not_read_yet": "Not read yet in {name}: {pages}.",
    "page": "page",
    "pages": "pages",
    "and": "and",
    "related": "Closest passages, which do not claim to answer:",
    "hello": "Hello.",
    "welcome": "You are welcome.",
    "ask": "Ask me about {names}: a fact, a table, a page, or a summary.",
    "more": "{names} and {count} more",
    "add": "Add a document, then ask about it.",
    "one_document": "There is 1 document to ask:",
    "documents": "There are {count} documents to ask:",
    "unread": "{pages} could not be read",
    "due": "{pages} not read yet",
    "name": "Name the document that you mean.",
    "has_pages": "{name} has {count} {pages}.",
    "struck": "A passage about it is struck out and no longer holds: “{quote}” ({where}).",
    "from_image": "(not proven: read from the image of the page, not found in its text)",
    "from_transcript": "(not proven: read by a model; the page's text does not confirm it)",
    "from_description": "(not proven: from a model's description of the page)",
    "in_part": "(proven in part: {reason})",
    "note_dropped_one": "1 statement was left out, because no page supports it.",
    "note_dropped": "{count} statements were left out, because no page supports them.",
    "note_in_part": "{marker} is proven in part. {reason}",
    "note_image": "{marker} was read from the image of page {page} of {name}; it was not found in its text.",
    "note_not_proven": "{marker} is not proven on page {page} of {name}. {reason}",
    "note_searched_one": "Only {names} was searched, because the question is about it.",
    "note_searched": "Only {names} were searched, because the question is about them.",
    "note_widened": "The documents that the question mentions hold nothing relevant, so all were searched.",
}
_DE: dict[Phrase, str] = {
    "nothing_ingested": "Es ist noch kein Dokument eingelesen: Starten Sie zuerst `pagewitness ingest DATEI`.",
    "nothing_relevant": "Die Dokumente beantworten diese Frage nicht: Es wurde nichts Passendes in ihnen gefunden.",
    "fact_absent": "Die Dokumente erwähnen das Thema, aber keine Seite belegt eine Antwort.",
    "page_unreadable": "Die Seiten, die gelesen werden konnten, beantworten diese Frage nicht.",
    "model_failed": "Das Modell gab keine brauchbare Antwort; über die Dokumente sagt das nichts.",
    "closest": "Am nächsten kommen: {pages}.",
    "not_read": "Nicht gelesen in {name}: {pages}.",
    "not_read_yet": "Noch nicht gelesen in {name}: {pages}.",
    "page": "Seite",
    "pages": "Seiten",
    "and": "und",
    "related": "Nächste Stellen, die keine Antwort sein wollen:",
    "hello": "Hallo.",
    "welcome": "Gern geschehen.",
    "ask": "Fragen Sie mich nach {names}: nach einer Angabe, einer Tabelle, einer Seite oder einer Zusammenfassung.",
    "more": "{names} und {count} weiteren",
    "add": "Fügen Sie ein Dokument hinzu und fragen Sie dann danach.",
    "one_document": "Es gibt 1 Dokument, nach dem gefragt werden kann:",
    "documents": "Es gibt {count} Dokumente, nach denen gefragt werden kann:",
    "unread": "nicht gelesen: {pages}",
    "due": "noch nicht gelesen: {pages}",
    "name": "Nennen Sie das Dokument, das gemeint ist.",
    "has_pages": "{name} hat {count} {pages}.",
    "struck": "Eine Stelle dazu ist durchgestrichen und gilt nicht mehr: „{quote}“ ({where}).",
    "from_image": "(nicht belegt: vom Bild der Seite gelesen, in ihrem Text nicht gefunden)",
    "from_transcript": "(nicht belegt: von einem Modell gelesen; der Text der Seite bestätigt es nicht)",
    "from_description": "(nicht belegt: aus der Beschreibung der Seite durch ein Modell)",
    "in_part": "(teils belegt: {reason})",
    "note_dropped_one": "1 Aussage wurde weggelassen, weil keine Seite sie belegt.",
    "note_dropped": "{count} Aussagen wurden weggelassen, weil keine Seite sie belegt.",
    "note_in_part": "{marker} ist teils belegt. {reason}",
    "note_image": "{marker} wurde vom Bild der Seite {page} von {name} gelesen und in ihrem Text nicht gefunden.",
    "note_not_proven": "{marker} ist auf Seite {page} von {name} nicht belegt. {reason}",
    "note_searched_one": "Nur {names} wurde durchsucht, weil die Frage davon handelt.",
    "note_searched": "Nur {names} wurden durchsucht, weil die Frage davon handelt.",
    "note_widened": "Die Dokumente, die die Frage nennt, enthalten nichts Passendes; darum wurden alle durchsucht.",
}
_FR: dict[Phrase, str] = {
    "nothing_ingested": "Aucun document n'a encore été lu : lancez d'abord `pagewitness ingest FICHIER`.",
    "nothing_relevant": "Les documents ne répondent pas à cette question : rien de pertinent n'y a été trouvé.",
    "fact_absent": "Les documents évoquent le sujet, mais aucune page n'étaye une réponse.",
    "page_unreadable": "Les pages qui ont pu être lues ne répondent pas à cette question.",
    "model_failed": "Le modèle n'a pas donné de réponse utilisable, ce qui ne dit rien des documents.",
    "closest": "Les pages les plus proches sont : {pages}.",
    "not_read": "Non lu dans {name} : {pages}.",
    "not_read_yet": "Pas encore lu dans {name} : {pages}.",
    "page": "page",
    "pages": "pages",
    "and": "et",
    "related": "Passages les plus proches, qui ne prétendent pas répondre :",
    "hello": "Bonjour.",
    "welcome": "Je vous en prie.",
    "ask": "Interrogez-moi sur {names} : un fait, un tableau, une page ou un résumé.",
    "more": "{names} et {count} autres",
    "add": "Ajoutez un document, puis posez une question à son sujet.",
    "one_document": "Il y a 1 document à interroger :",
    "documents": "Il y a {count} documents à interroger :",
    "unread": "non lu : {pages}",
    "due": "pas encore lu : {pages}",
    "name": "Nommez le document dont il s'agit.",
    "has_pages": "{name} a {count} {pages}.",
    "struck": "Un passage à ce sujet est barré et ne vaut plus : « {quote} » ({where}).",
    "from_image": "(non prouvé : lu sur l'image de la page, absent de son texte)",
    "from_transcript": "(non prouvé : lu par un modèle ; le texte de la page ne le confirme pas)",
    "from_description": "(non prouvé : tiré de la description de la page par un modèle)",
    "in_part": "(prouvé en partie : {reason})",
    "note_dropped_one": "1 affirmation a été omise, car aucune page ne l'étaye.",
    "note_dropped": "{count} affirmations ont été omises, car aucune page ne les étaye.",
    "note_in_part": "{marker} est prouvé en partie. {reason}",
    "note_image": "{marker} a été lu sur l'image de la page {page} de {name}, et n'a pas été trouvé dans son texte.",
    "note_not_proven": "{marker} n'est pas prouvé à la page {page} de {name}. {reason}",
    "note_searched_one": "La recherche a porté sur {names} seulement, car la question en parle.",
    "note_searched": "La recherche a porté sur {names} seulement, car la question en parle.",
    "note_widened": "Les documents mentionnés ne contiennent rien de pertinent ; la recherche a porté sur tous.",
}
_ES: dict[Phrase, str] = {
    "nothing_ingested": "Todavía no se ha leído ningún documento: ejecute primero `pagewitness ingest ARCHIVO`.",
    "nothing_relevant": "Los documentos no responden a esta pregunta: no se encontró en ellos nada pertinente.",
    "fact_absent": "Los documentos mencionan el tema, pero ninguna página respalda una respuesta.",
    "page_unreadable": "Las páginas que se pudieron leer no responden a esta pregunta.",
    "model_failed": "El modelo no dio una respuesta utilizable, lo que no dice nada de los documentos.",
    "closest": "Las páginas más cercanas son: {pages}.",
    "not_read": "Sin leer en {name}: {pages}.",
    "not_read_yet": "Aún sin leer en {name}: {pages}.",
    "page": "página",
    "pages": "páginas",
    "and": "y",
    "related": "Pasajes más cercanos, que no pretenden responder:",
    "hello": "Hola.",
    "welcome": "De nada.",
    "ask": "Pregúnteme por {names}: un dato, una tabla, una página o un resumen.",
    "more": "{names} y {count} más",
    "add": "Añada un documento y pregunte después por él.",
    "one_document": "Hay 1 documento al que preguntar:",
    "documents": "Hay {count} documentos a los que preguntar:",
    "unread": "sin leer: {pages}",
    "due": "aún sin leer: {pages}",
    "name": "Nombre el documento al que se refiere.",
    "has_pages": "{name} tiene {count} {pages}.",
    "struck": "Un pasaje sobre ello está tachado y ya no vale: «{quote}» ({where}).",
    "from_image": "(no probado: leído en la imagen de la página, no hallado en su texto)",
    "from_transcript": "(no probado: leído por un modelo; el texto de la página no lo confirma)",
    "from_description": "(no probado: de la descripción de la página por un modelo)",
    "in_part": "(probado en parte: {reason})",
    "note_dropped_one": "Se omitió 1 afirmación, porque ninguna página la respalda.",
    "note_dropped": "Se omitieron {count} afirmaciones, porque ninguna página las respalda.",
    "note_in_part": "{marker} está probado en parte. {reason}",
    "note_image": "{marker} se leyó en la imagen de la página {page} de {name} y no se halló en su texto.",
    "note_not_proven": "{marker} no está probado en la página {page} de {name}. {reason}",
    "note_searched_one": "Solo se buscó en {names}, porque la pregunta trata de ello.",
    "note_searched": "Solo se buscó en {names}, porque la pregunta trata de ellos.",
    "note_widened": "Los documentos que la pregunta menciona no contienen nada pertinente; por eso se buscó en todos.",
}
_VERDICTS = {
    "de": {
        "proven": "Belegt: Das Zitat jeder Aussage steht auf seiner Seite.",
        "partly_proven": "Teils belegt: Jede Aussage, die nicht belegt ist, sagt es.",
        "seen": "Nicht belegt: Nur ein Modell hat diese Wörter gelesen.",
        "related": "Nicht beantwortet: Diese Zitate gehören zum Thema und wollen keine Antwort sein.",
        "refused": "Nicht beantwortet.",
        "catalog": "Aus der Liste der Dokumente: Es wird nichts zitiert.",
    },
    "fr": {
        "proven": "Prouvé : la citation de chaque affirmation se trouve sur sa page.",
        "partly_proven": "Prouvé en partie : chaque affirmation qui n'est pas prouvée le dit.",
        "seen": "Non prouvé : seul un modèle a lu ces mots.",
        "related": "Sans réponse : ces citations concernent le sujet et ne prétendent pas répondre.",
        "refused": "Sans réponse.",
        "catalog": "D'après la liste des documents : rien n'est cité.",
    },
    "es": {
        "proven": "Probado: la cita de cada afirmación está en su página.",
        "partly_proven": "Probado en parte: cada afirmación que no está probada lo dice.",
        "seen": "No probado: solo un modelo ha leído estas palabras.",
        "related": "Sin respuesta: estas citas tratan del tema y no pretenden responder.",
        "refused": "Sin respuesta.",
        "catalog": "De la lista de documentos: no se cita nada.",
    },
}
_BY_LANGUAGE = {"en": _EN, "de": _DE, "fr": _FR, "es": _ES}
# Greetings are too short for a detection of their language by function words.
_GREETINGS = {
    "hallo": "de", "guten": "de", "danke": "de", "bonjour": "fr", "salut": "fr", "merci": "fr", "hola": "es",
    "buenos": "es", "buenas": "es", "gracias": "es",
}  # fmt: skip


def say(phrase: Phrase, asked: str, **values: object) -> str:
    """Return a sentence in the language of a question.

    Args:
        phrase: Which sentence.
        asked: The question.
        values: What its placeholders stand for.
    """
    return _BY_LANGUAGE.get(language_of(asked), _EN)[phrase].format(**values)


def verdict_sentence(verdict: str, asked: str) -> str:
    """Return the sentence that explains a verdict, in the language of the question; "" for no verdict."""
    return _VERDICTS.get(language_of(asked), SENTENCES).get(verdict, verdict)


def language_of(asked: str) -> str:
    """Return the language of a question, of a greeting by its first word: "en", "de", "fr", "es" or another one."""
    first = asked.strip(" ¡!¿?.,").partition(" ")[0].strip(",.!").casefold()
    return _GREETINGS.get(first) or language(asked)
