package twilio

import (
	"strings"
	"unicode"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"
)

// A text in GSM-7 has 153 characters in each of its parts, one with any other character 67. We aim at two
// parts, and allow three to scripts that GSM-7 does not have.
const (
	maxSeptets = 300
	maxUTF16   = 3 * 67
	// minTitle is what is left of a title however long the link is.
	minTitle = 24
)

// The GSM 7-bit default alphabet (3GPP TS 23.038), and its extension, whose characters count twice.
const (
	gsm7         = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	gsm7Extended = "^{}\\[~]|€"
)

// plain is how typographic characters are written in a text.
var plain = strings.NewReplacer(
	"‘", "'", "’", "'", "‚", "'", "“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`, "`", "'",
	"–", "-", "—", "-", "‑", "-", "−", "-", "…", "...", "•", "*", "·", "-",
	"→", "->", "←", "<-", "≥", ">=", "≤", "<=", "≠", "!=", "×", "x", "µ", "u", "°", " deg", "\u00a0", " ",
)

// gsm writes s, as far as possible, with characters that cost one seventh of an octet less: typography is
// plain, accents that GSM-7 lacks are dropped, pictures are left out. Letters of other scripts stay.
func gsm(s string) string {
	var b strings.Builder
	for _, r := range plain.Replace(s) {
		switch {
		case cost(r) > 0:
			b.WriteRune(r)
		case unicode.IsControl(r), unicode.IsSpace(r):
			b.WriteByte(' ')
		case unicode.In(r, unicode.So, unicode.Sk, unicode.Mn, unicode.Me, unicode.Cf, unicode.Co):
		default:
			base := []rune(norm.NFD.String(string(r)))[0]
			if cost(base) > 0 {
				r = base
			}
			b.WriteRune(r)
		}
	}
	return b.String()
}

// cost is how many septets a character takes, 0 when GSM-7 does not have it.
func cost(r rune) int {
	switch {
	case strings.ContainsRune(gsm7, r):
		return 1
	case strings.ContainsRune(gsm7Extended, r):
		return 2
	}
	return 0
}

// fits reports whether a text is within the length we allow for its alphabet.
func fits(s string) bool {
	septets := 0
	for _, r := range s {
		n := cost(r)
		if n == 0 {
			return len(utf16.Encode([]rune(s))) <= maxUTF16
		}
		septets += n
	}
	return septets <= maxSeptets
}

// compose joins the three and shortens the middle one, which people wrote, until the whole fits.
func compose(before, middle, after string) string {
	words := []rune(line(gsm(middle)))
	words = words[:min(len(words), maxSeptets)]
	text := before + string(words) + after
	for n := len(words) - 1; !fits(text) && n >= minTitle; n-- {
		text = before + strings.TrimSpace(string(words[:n])) + "..." + after
	}
	return text
}

// line makes one line of s, without doubled spaces.
func line(s string) string { return strings.Join(strings.Fields(s), " ") }
