"""How far transcripts are from what was said."""
import re
import unicodedata


def words_of(text):
    """In small letters, without punctuation; an apostrophe ends a word."""
    text = unicodedata.normalize("NFC", text).lower().replace("ß", "ss").replace("œ", "oe")
    return re.findall(r"\w+", text)


def word_errors(expected, found):
    """The fewest words to insert, remove or replace (Levenshtein 1966), and the words expected."""
    expected, found = words_of(expected), words_of(found)
    row = list(range(len(found) + 1))
    for i, word in enumerate(expected, 1):
        diagonal, row[0] = row[0], i
        for j, other in enumerate(found, 1):
            diagonal, row[j] = row[j], min(diagonal + (word != other), row[j] + 1, row[j - 1] + 1)
    return row[-1], len(expected)
