package search

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/kljensen/snowball/english"
	"golang.org/x/text/unicode/norm"
)

// longest is how much of one word counts, in bytes: what is longer is no word but data.
const longest = 64

// word is a word of a text, and where it is.
type word struct {
	stem     string // what it is compared by
	from, to int    // text[from:to]
}

// wordsOf are the words of a text, in their order: letters and digits that stand together. Chinese and Japanese
// characters are words of their own, for nothing stands between theirs.
func wordsOf(text string) (list []word) {
	from := -1
	end := func(to int) {
		if from >= 0 {
			list = append(list, word{stemOf(text[from:to]), from, to})
			from = -1
		}
	}
	for i, r := range text {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
			end(i)
			list = append(list, word{string(r), i, i + utf8.RuneLen(r)})
		case unicode.IsLetter(r), unicode.IsDigit(r), from >= 0 && unicode.IsMark(r):
			if from < 0 {
				from = i
			}
		default:
			end(i)
		}
	}
	end(len(text))
	return list
}

// stemOf is what a word is compared by: in small letters without accents, and without its English ending, so that
// connections is found by connection.
func stemOf(text string) string {
	text = fold(text)
	for i := range len(text) {
		if c := text[i]; c < 'a' || c > 'z' {
			return text // a name, a number or another language: as it is
		}
	}
	return english.Stem(text, false)
}

// endings are those that stemOf takes off English words.
var endings = [...]string{
	"ations", "ational", "ically", "ings", "ingly", "edly", "ements", "nesses", "ities", "ively", "izing", "izers", "ization", "fully", "ously", "ably", "ibly",
	"ances", "ences", "ators", "ants", "ents", "isms", "ists", "iously", "ies", "ied", "ers", "ors",
}

// stemsFrom are the stems of words that begin with what is given while their stems do not: of configura, configur.
func stemsFrom(begin string) []string {
	stems := stemsOf(begin)
	for _, ending := range endings {
		for i := range ending {
			for k := i + 1; k <= len(ending); k++ { // "tion" of "ations", too
				s := stemOf(begin + ending[i:k])
				short := len(s) < 4 || len(s) == len(begin)-1 && len(s) < 6 // conn is not what conne* means
				if !short && !strings.HasPrefix(s, begin) && !slices.Contains(stems, s) {
					stems = append(stems, s)
				}
			}
		}
	}
	return stems
}

// fold writes a word in small letters without accents, and cuts what is too long for a word.
func fold(text string) string {
	text = strings.ToLower(text)
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			text = strings.Map(func(r rune) rune {
				if unicode.Is(unicode.Mn, r) {
					return -1
				}
				return r
			}, norm.NFKD.String(text))
			break
		}
	}
	if len(text) > longest {
		cut := longest
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut]
	}
	return text
}

// stemsOf are the words of a text as they are indexed.
func stemsOf(text string) []string {
	list := wordsOf(text)
	out := make([]string, len(list))
	for i, w := range list {
		out[i] = w.stem
	}
	return out
}
